-- What the attendee service told. Events of different topics come in any order, so nothing here refers to
-- anything else; version is the event's sequence, and an older event changes nothing.

create table conference (
    id      uuid        primary key,
    ends_at timestamptz not null,
    version bigint      not null
);

create table attendee (
    id            uuid    primary key,
    conference_id uuid    not null,
    state         text    not null check (state in ('registered', 'joined', 'paused', 'cancelled')),
    budget        integer not null check (budget >= 0),
    interests     text[]  not null,
    formats       text[]  not null,
    version       bigint  not null
);
create index attendee_conference on attendee (conference_id);

create table source (
    id            uuid    primary key,
    conference_id uuid    not null,
    name          text    not null,
    public        boolean not null,
    withdrawn     boolean not null,
    version       bigint  not null
);
create index source_conference on source (conference_id);

create table tie (
    id            uuid   primary key,
    conference_id uuid   not null,
    a             uuid   not null,
    b             uuid   not null,
    counts        jsonb  not null,  -- [source id, kind, month, a to b, b to a], ...
    version       bigint not null,
    check (a < b)
);
create index tie_conference on tie (conference_id) where counts <> '[]';

-- What matchmaking owns.

-- The version does not move when somebody answers: it is published, and a gap in it would tell.
create table suggestion (
    id            uuid             primary key,
    conference_id uuid             not null,
    attendee_ids  uuid[]           not null,
    route         text             not null check (route in ('tie', 'friend_of_friend', 'shared_interest', 'open_table')),
    evidence      jsonb            not null,
    format        text             not null,
    weight        double precision not null,
    state         text             not null check (state in ('open', 'matched', 'withdrawn', 'expired')),
    expires_at    timestamptz      not null,
    version       bigint           not null
);
create index suggestion_due on suggestion (expires_at) where state = 'open';
create index suggestion_conference on suggestion (conference_id);

-- One person's side of a suggestion. holds: it counts against this person's attention budget, as an open
-- suggestion not turned down by this person, or as a match that is not over.
create table membership (
    suggestion_id uuid    not null references suggestion,
    attendee_id   uuid    not null,
    answer        text    check (answer in ('yes', 'not_now', 'no')),
    holds         boolean not null,
    primary key (suggestion_id, attendee_id)
);
create index membership_attendee on membership (attendee_id);
create index membership_holds on membership (attendee_id) where holds;

create table match (
    id              uuid   primary key references suggestion,
    state           text   not null check (state in ('made', 'cancelled', 'over')),
    version         bigint not null,
    session_version bigint not null
);

-- Somebody said that they have met somebody, or blocks them; a session they both held counts as both saying so.
create table exclusion (
    conference_id uuid not null,
    attendee_id   uuid not null,
    other_id      uuid not null,
    reason        text not null check (reason in ('met', 'blocked')),
    primary key (attendee_id, other_id, reason)
);
create index exclusion_conference on exclusion (conference_id);

-- Pairs (a < b) not to be suggested. A pair suggested before may be suggested again only if both answered yes or
-- not now: were an unanswered one to come again, one that does not come again would tell of a no.
create view spent_pair as
    select conference_id, least(attendee_id, other_id) as a, greatest(attendee_id, other_id) as b from exclusion
    union all
    select s.conference_id, one.attendee_id, other.attendee_id
    from suggestion s
    join membership one on one.suggestion_id = s.id
    join membership other on other.suggestion_id = s.id and one.attendee_id < other.attendee_id
    where s.state in ('open', 'matched')
        or coalesce(one.answer, 'no') = 'no' or coalesce(other.answer, 'no') = 'no';

-- Rows are only ever added with the change that asks for a solve, so that nobody waits for anybody; a solve
-- deletes those it saw.
create table solve_request (
    id            bigint      generated always as identity primary key,
    conference_id uuid        not null,
    traceparent   text,
    requested_at  timestamptz not null default clock_timestamp()
);
create index solve_request_conference on solve_request (conference_id);

create table solve_lease (
    conference_id uuid        primary key,
    owner         uuid        not null,
    leased_until  timestamptz not null
);
