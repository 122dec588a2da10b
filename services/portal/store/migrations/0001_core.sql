-- The read model (rebuilt from Kafka at any time), integrators' tokens, and mail.

CREATE TABLE read_conference (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    series text NOT NULL
);
CREATE INDEX read_conference_slug ON read_conference (slug);

CREATE TABLE read_attendee (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    conference_id uuid NOT NULL,
    ticket text NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    state text NOT NULL CHECK (state IN ('registered', 'joined', 'paused', 'cancelled')),
    attention_budget int NOT NULL,
    interests text[] NOT NULL,
    formats text[] NOT NULL
);
CREATE INDEX read_attendee_conference ON read_attendee (conference_id, id);
CREATE INDEX read_attendee_email ON read_attendee (lower(email));

CREATE TABLE read_source (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    conference_id uuid NOT NULL,
    network text NOT NULL,
    name text NOT NULL,
    visibility text NOT NULL CHECK (visibility IN ('public', 'private')),
    state text NOT NULL CHECK (state IN ('imported', 'withdrawn')),
    messages bigint NOT NULL,
    interactions bigint NOT NULL,
    unresolved bigint NOT NULL,
    ties bigint NOT NULL
);
CREATE INDEX read_source_conference ON read_source (conference_id, id);

CREATE TABLE read_tie (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    conference_id uuid NOT NULL,
    a uuid NOT NULL,
    b uuid NOT NULL,
    total bigint NOT NULL  -- interactions both ways; 0: the tie is gone
);
CREATE INDEX read_tie_a ON read_tie (conference_id, a);
CREATE INDEX read_tie_b ON read_tie (conference_id, b);

-- No answer of anybody is in here, nor anywhere else in this database.
CREATE TABLE read_suggestion (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    conference_id uuid NOT NULL,
    route text NOT NULL,
    format text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'matched', 'withdrawn', 'expired')),
    expires_at timestamptz,
    evidence jsonb NOT NULL
);
CREATE INDEX read_suggestion_conference ON read_suggestion (conference_id, id);
CREATE TABLE read_suggestion_member (
    suggestion_id uuid NOT NULL,
    attendee_id uuid NOT NULL,
    place int NOT NULL,  -- order in the suggestion: evidence counts from the first to the second
    PRIMARY KEY (suggestion_id, attendee_id)
);
CREATE INDEX read_suggestion_member_attendee ON read_suggestion_member (attendee_id);

CREATE TABLE read_match (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    conference_id uuid NOT NULL,
    format text NOT NULL,
    state text NOT NULL CHECK (state IN ('made', 'cancelled'))
);
CREATE INDEX read_match_conference ON read_match (conference_id);
CREATE TABLE read_match_member (
    match_id uuid NOT NULL,
    attendee_id uuid NOT NULL,
    PRIMARY KEY (match_id, attendee_id)
);
CREATE INDEX read_match_member_attendee ON read_match_member (attendee_id);

CREATE TABLE read_session (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    conference_id uuid NOT NULL,
    format text NOT NULL,
    state text NOT NULL CHECK (state IN ('unplaced', 'scheduled', 'cancelled', 'held', 'missed')),
    place_id uuid,
    place_name text NOT NULL,
    starts_at timestamptz,
    ends_at timestamptz,
    calendar_sequence int NOT NULL,
    reason text NOT NULL,
    changed_at timestamptz NOT NULL  -- the event's time: DTSTAMP of its calendar entry
);
CREATE INDEX read_session_conference ON read_session (conference_id, id);
CREATE INDEX read_session_latest ON read_session (conference_id, changed_at DESC);
CREATE TABLE read_session_member (
    session_id uuid NOT NULL,
    attendee_id uuid NOT NULL,
    PRIMARY KEY (session_id, attendee_id)
);
CREATE INDEX read_session_member_attendee ON read_session_member (attendee_id);

-- Raised in every batch that changed something of the conference; the dashboard watches it.
CREATE TABLE read_change (
    conference_id uuid PRIMARY KEY,
    counter bigint NOT NULL
);

CREATE TABLE token (
    id uuid PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,  -- sha256 of the token, which is kept nowhere
    name text NOT NULL,
    scopes text[] NOT NULL,
    conference_id uuid,  -- null: every conference
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz
);

-- The words of a mail are made when it is sent, and kept nowhere.
CREATE TABLE mail (
    id uuid PRIMARY KEY,
    event_id uuid NOT NULL,  -- what it tells of; the same thing is told a person once
    kind text NOT NULL CHECK (kind IN
        ('welcome', 'suggestions', 'scheduled', 'moved', 'cancelled', 'sign-in')),
    conference_id uuid NOT NULL,
    recipient text NOT NULL,  -- attendee id; for role other than attendee an e-mail address
    role text NOT NULL DEFAULT 'attendee',
    session_id uuid,
    session jsonb,  -- the session as it was in the event
    created_at timestamptz NOT NULL,
    tries int NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    sent_at timestamptz,
    dropped_at timestamptz,  -- never sent: no longer true, no such person, or given up
    problem text NOT NULL DEFAULT '',
    UNIQUE (event_id, recipient)
);
CREATE INDEX mail_due ON mail (next_try_at) WHERE sent_at IS NULL AND dropped_at IS NULL;
CREATE INDEX mail_recipient ON mail (recipient, kind, created_at);
