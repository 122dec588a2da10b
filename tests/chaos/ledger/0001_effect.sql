-- One row for each time an event took effect; nothing here keeps an event from doing so twice.
create table effect (
    id       bigint generated always as identity,
    event_id uuid   not null,
    topic    text   not null,
    key      text   not null,
    sequence bigint not null
);
