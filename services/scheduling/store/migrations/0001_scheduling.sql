-- What scheduling owns: the venue, talks, availability, sessions; and what it follows of conferences and people.

create extension if not exists btree_gist;

create table conference (
    id        uuid   primary key,
    time_zone text   not null,
    starts_on date   not null,
    ends_on   date   not null,
    version   bigint not null
);

-- Who still has a ticket. A match may arrive after a cancellation, so the cancellation is remembered.
create table attendee (
    id            uuid    primary key,
    conference_id uuid    not null,
    cancelled     boolean not null,
    version       bigint  not null
);

create table place (
    id            uuid     primary key,
    conference_id uuid     not null,
    name          text     not null,
    capacity      smallint not null check (capacity > 0),
    seats         smallint not null check (seats > 1),
    formats       text[]   not null,
    opens         time     not null,
    closes        time     not null,
    unique (conference_id, name),
    check (opens < closes)
);

create table talk (
    conference_id uuid      not null,
    id            text      not null,
    title         text      not null,
    room          text      not null,
    during        tstzrange not null check (not isempty(during)),
    speaker_ids   uuid[]    not null,
    primary key (conference_id, id)
);

create index talk_speakers on talk using gin (speaker_ids);

-- No row for a person: free whenever the conference is open.
create table availability (
    conference_id uuid      not null,
    attendee_id   uuid      not null,
    during        tstzrange not null check (not isempty(during)),
    primary key (conference_id, attendee_id, during)
);

create table session (
    id                uuid        primary key,
    conference_id     uuid        not null,
    format            text        not null,
    state             text        not null check (state in ('unplaced', 'scheduled', 'cancelled', 'held', 'missed')),
    reason            text        not null,
    place_id          uuid,
    place_name        text        not null,
    table_no          smallint    check (table_no > 0),
    during            tstzrange   check (not isempty(during)),
    calendar_sequence integer     not null,
    version           bigint      not null,
    tried_in_round    bigint      not null default 0,
    created_at        timestamptz not null default now(),
    check (state not in ('scheduled', 'held', 'missed')
           or (place_id is not null and table_no is not null and during is not null)),
    -- One table, one session at a time: with tables numbered from 1 to the capacity, no place is ever overfull.
    constraint one_session_a_table exclude using gist (place_id with =, table_no with =, during with &&)
        where (state in ('scheduled', 'held', 'missed'))
);

create index session_of_conference on session (conference_id, id);
create index session_unplaced on session (conference_id, tried_in_round) where state = 'unplaced';
create index session_running on session using gist (conference_id, during) where state in ('scheduled', 'held', 'missed');

create table session_member (
    session_id  uuid not null references session (id) on delete cascade,
    attendee_id uuid not null,
    -- With the five minutes to walk to the next one; null when the session occupies nobody.
    during      tstzrange check (not isempty(during)),
    primary key (session_id, attendee_id),
    -- Nobody is in two sessions at once.
    constraint one_session_a_person exclude using gist (attendee_id with =, during with &&)
);

create index session_member_attendee on session_member (attendee_id);

-- When unplaced sessions of a conference are tried again: each once a round.
create table retry (
    conference_id uuid        primary key,
    due_at        timestamptz not null,
    round         bigint      not null default 1
);

create index retry_due on retry (due_at);
