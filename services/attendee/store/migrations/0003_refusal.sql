-- Who is to be left out of a source, whatever is imported under its name. Gone with the person.
create table refusal (
    conference_id uuid not null references conference,
    network       text not null,
    name          text not null,
    attendee_id   uuid not null references attendee,
    primary key (conference_id, network, name, attendee_id)
);

create index refusal_attendee on refusal (attendee_id);
