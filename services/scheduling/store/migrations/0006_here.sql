-- Who said "I am here", and until when that is believed.
alter table attendee add column here_until timestamptz;
