-- What spoke for a suggestion when it was made: messages, contacts, traits, walks; null for those made before, and
-- once a source of the conference is withdrawn.
alter table suggestion add column signals double precision[];
-- Whether the session was held; null while it is ahead, and when it was cancelled.
alter table match add column held boolean;

-- What was learned from suggestions whose time is over; the highest version of a conference counts.
create table lesson (
    conference_id uuid               not null,
    version       integer            not null,
    outcomes      integer            not null,
    learned       double precision[] not null,
    shown         jsonb              not null,  -- signal: [outcomes, sessions]
    learned_at    timestamptz        not null,
    primary key (conference_id, version)
);
