-- What organizers try out. A worker takes it up and writes counts; it is kept for a day.
create table preview (
    id            uuid        primary key,
    conference_id uuid        not null,
    trial         jsonb       not null,
    requested_at  timestamptz not null default clock_timestamp(),
    tries         integer     not null default 0,
    taken_until   timestamptz,
    result        jsonb       -- now and then
);
create index preview_conference on preview (conference_id);
create index preview_waiting on preview (requested_at) where result is null;
