-- What the attendee service owns: conferences, attendees, their handles, sources, ties.

create table conference (
    id         uuid    primary key,
    slug       text    not null unique,
    name       text    not null,
    time_zone  text    not null,
    starts_on  date    not null,
    ends_on    date    not null check (ends_on >= starts_on),
    series     text    not null,
    version    bigint  not null
);

create table attendee (
    id            uuid    primary key,
    conference_id uuid    not null references conference,
    ticket        text    not null,
    name          text    not null,
    email         text    not null,
    state         text    not null check (state in ('registered', 'joined', 'paused', 'cancelled')),
    interests     text[]  not null,
    formats       text[]  not null,
    budget        integer not null check (budget > 0),
    version       bigint  not null,
    unique (conference_id, ticket)
);

create index attendee_page on attendee (conference_id, id);

-- One person has an address in a conference. The e-mail of a registration is a handle too (mailto), so this
-- key also keeps e-mail addresses apart. Who cancelled has no handles.
create table handle (
    conference_id uuid    not null references conference,
    network       text    not null,
    address       text    not null,
    attendee_id   uuid    not null references attendee,
    proven        boolean not null,
    primary key (conference_id, network, address)
);

create index handle_attendee on handle (attendee_id);

create table source (
    id            uuid   primary key,
    conference_id uuid   not null references conference,
    network       text   not null,
    name          text   not null,
    visibility    text   not null check (visibility in ('public', 'private')),
    messages      bigint not null,
    interactions  bigint not null,
    unresolved    bigint not null,
    ties          bigint not null,
    version       bigint not null,
    unique (conference_id, network, name)
);

-- A tie without counts is gone; its row stays so that its version goes on growing if it comes back.
-- The version is that of the last event: it stays 0 until both people have said yes.
create table tie (
    id            uuid   primary key,
    conference_id uuid   not null references conference,
    a             uuid   not null references attendee,
    b             uuid   not null references attendee,
    version       bigint not null,
    check (a < b)
);

create index tie_page on tie (conference_id, id);
create index tie_a on tie (a);
create index tie_b on tie (b);

create table tie_count (
    tie_id    uuid   not null references tie,
    source_id uuid   not null references source deferrable initially deferred, -- written after its counts
    kind      text   not null,
    month     text   not null,
    a_to_b    bigint not null check (a_to_b >= 0),
    b_to_a    bigint not null check (b_to_a >= 0),
    primary key (tie_id, source_id, kind, month)
);

create index tie_count_source on tie_count (source_id);
