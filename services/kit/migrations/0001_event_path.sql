-- The tables of the event path, the same in every service's database.

-- Events to be published, written in the transaction of the change they tell of. Sent rows stay a day, so
-- that topics found empty can be filled again; then the day's partition is dropped.
create table outbox (
    position    bigint generated always as identity,
    id          uuid        not null,
    topic       text        not null,
    key         text        not null,
    type        text        not null,
    sequence    bigint      not null,
    payload     bytea       not null,
    traceparent text,
    extra       jsonb,
    created_at  timestamptz not null default now(),
    sent_at     timestamptz,
    primary key (created_at, position)
) partition by range (created_at);

create index outbox_unsent on outbox (position) where sent_at is null;

-- Catches rows when no relay has made today's partition yet.
create table outbox_rest partition of outbox default;

-- Which events a consumer group has taken effect of.
create table inbox (
    consumer_group text        not null,
    event_id       uuid        not null,
    received_at    timestamptz not null default now(),
    primary key (consumer_group, event_id)
);

create index inbox_received on inbox (received_at);

-- The first reply to each command, so that a retry changes nothing and hears the same.
create table request (
    id         text        primary key,
    reply_type text,
    reply      bytea,
    created_at timestamptz not null default now()
);

create index request_created on request (created_at);

-- Events that could not be handled, as they came.
create table dead_letter (
    id             uuid        primary key,
    consumer_group text        not null,
    topic          text        not null,
    partition      integer     not null,
    record_offset  bigint      not null,
    key            bytea,
    value          bytea,
    headers        jsonb       not null,
    reason         text        not null,
    created_at     timestamptz not null default now(),
    replayed_at    timestamptz,
    unique (consumer_group, topic, partition, record_offset)
);
