-- For each attendee, in their order: the place among all their open suggestions when it was made; empty: before.
alter table suggestion add column ranks smallint[] not null default '{}';
