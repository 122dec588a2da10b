-- How much the two wrote to each other, each interaction as much as its kind counts (domain/kinds.py).
alter table tie add column amount double precision not null default 0;
update tie set amount = (
    select coalesce(sum(case when c->>1 = 'mention' then 0.5 else 1 end * ((c->>3)::float8 + (c->>4)::float8)), 0)
    from jsonb_array_elements(counts) as c);

-- The transaction that wrote the row last: what a snapshot did not see is what was written by transactions from its
-- xmin on, however they overlap. The worker reads what is new to it by this.
alter table tie add column changed xid8 not null default pg_current_xact_id();
alter table attendee add column changed xid8 not null default pg_current_xact_id();
alter table source add column changed xid8 not null default pg_current_xact_id();
drop index tie_conference;
create index tie_conference on tie (conference_id, changed);

create index suggestion_open on suggestion (conference_id) where state = 'open';

-- Up to when reasons of open suggestions were looked at.
create table reasons_seen (
    conference_id uuid primary key,
    seen          xid8 not null
);
