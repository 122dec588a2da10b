-- The language a person's mails are in.
CREATE TABLE person_language (
    attendee_id uuid PRIMARY KEY,
    language text NOT NULL
);
