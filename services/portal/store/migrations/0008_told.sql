-- What people tell of their sessions on their own pages.
CREATE TABLE running_late (
    session_id uuid NOT NULL,
    attendee_id uuid NOT NULL,
    minutes int NOT NULL,
    said_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (session_id, attendee_id)
);

-- How it was, for oneself.
CREATE TABLE felt (
    session_id uuid NOT NULL,
    attendee_id uuid NOT NULL,
    marks text[] NOT NULL,  -- of energized, useful, again
    note text NOT NULL,
    PRIMARY KEY (session_id, attendee_id)
);
CREATE INDEX felt_attendee ON felt (attendee_id);
