-- The two people of a tie are of its conference. One check for each, where there were three that did not say so.

drop index attendee_page;
alter table attendee add constraint attendee_page unique (conference_id, id);

alter table tie
    drop constraint tie_conference_id_fkey,
    drop constraint tie_a_fkey,
    drop constraint tie_b_fkey,
    add constraint tie_a_fkey foreign key (conference_id, a) references attendee (conference_id, id),
    add constraint tie_b_fkey foreign key (conference_id, b) references attendee (conference_id, id);
