-- Contact details that somebody gives the other person of a session; each sees the other's once both rows are there.
CREATE TABLE contact (
    session_id uuid NOT NULL,
    attendee_id uuid NOT NULL,
    email text NOT NULL CHECK (length(email) <= 254),
    phone text NOT NULL CHECK (length(phone) <= 40),
    web text NOT NULL CHECK (length(web) <= 200),
    given_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,  -- shown to nobody from then on, and removed
    PRIMARY KEY (session_id, attendee_id)
);
CREATE INDEX contact_attendee ON contact (attendee_id);
CREATE INDEX contact_expires ON contact (expires_at);
