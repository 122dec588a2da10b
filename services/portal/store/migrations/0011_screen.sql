-- Pages for a hall's display: who has the address sees numbers, places and times, and no name.
CREATE TABLE screen (
    id uuid PRIMARY KEY,  -- signed into the address
    conference_id uuid NOT NULL,
    name text NOT NULL,
    made_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
CREATE INDEX screen_conference ON screen (conference_id) WHERE revoked_at IS NULL;
