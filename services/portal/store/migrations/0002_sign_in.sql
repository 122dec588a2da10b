-- Who may enter by which one-time link, and which browsers have.

CREATE TABLE organizer (
    conference_id uuid NOT NULL,
    email text NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'organizer', 'desk', 'viewer')),
    PRIMARY KEY (conference_id, email)
);

-- A link is consumed by the form behind it, never by fetching its page: mail scanners fetch.
CREATE TABLE sign_in_link (
    id uuid PRIMARY KEY,
    subject text NOT NULL, -- attendee id, or an organizer's mail address
    role text NOT NULL,
    conference_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    consumed_at timestamptz
);
CREATE INDEX sign_in_link_expires ON sign_in_link (expires_at);

-- Only the hash of a session's cookie: whoever reads this table cannot enter with it.
CREATE TABLE browser_session (
    id_hash bytea PRIMARY KEY,
    subject text NOT NULL,
    role text NOT NULL,
    conference_id uuid NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX browser_session_expires ON browser_session (expires_at);

-- Requests for new links, for the rate limit; who asked is a keyed hash, kept for an hour.
CREATE TABLE sign_in_request (
    asker bytea NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_request_asker ON sign_in_request (asker, requested_at);
