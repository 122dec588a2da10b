-- A word somebody adds to their yes, for the people of the session it may become. It is there only while they say yes.
CREATE TABLE word (
    suggestion_id uuid NOT NULL,  -- and of its session
    attendee_id uuid NOT NULL,
    said text NOT NULL CHECK (length(said) BETWEEN 1 AND 280),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (suggestion_id, attendee_id)
);
CREATE INDEX word_attendee ON word (attendee_id);
