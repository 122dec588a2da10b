-- Every version of a session, what organizers changed at once (to take it back), and whether the plan is frozen.

create table session_version (
    session_id uuid        not null references session (id) on delete cascade,
    version    bigint      not null,
    state      text        not null,
    place_name text        not null,
    during     tstzrange,
    reason     text        not null,
    saved_at   timestamptz not null default clock_timestamp(),
    primary key (session_id, version)
);

insert into session_version (session_id, version, state, place_name, during, reason)
select id, version, state, place_name, during, reason from session;

create table bulk_change (
    id            uuid        primary key,
    conference_id uuid        not null,
    kind          text        not null check (kind in ('venue', 'talks')),
    -- The whole venue, or all talks, as they were before.
    before        jsonb       not null,
    -- Sessions that lost their spot by it.
    session_ids   uuid[]      not null,
    made_at       timestamptz not null default clock_timestamp()
);

create index bulk_change_of_conference on bulk_change (conference_id, made_at desc);

create table frozen_plan (
    conference_id uuid primary key
);
