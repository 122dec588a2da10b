-- Who did what: every command of organizers and integrators. Rows are added and never changed.
CREATE TABLE command_log (
    id uuid PRIMARY KEY,
    conference_id uuid,  -- null: about no single conference
    at timestamptz NOT NULL,
    who text NOT NULL,  -- an organizer's mail address, or a token's name
    kind text NOT NULL CHECK (kind IN ('organizer', 'token')),
    action text NOT NULL,
    target text NOT NULL,  -- an id, or an organizer's address; never what somebody wrote
    outcome text NOT NULL CHECK (outcome IN ('done', 'tried', 'refused', 'failed'))
);
CREATE INDEX command_log_conference ON command_log (conference_id, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log of commands is only added to'; END $$;
CREATE TRIGGER command_log_stays BEFORE UPDATE OR DELETE ON command_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER command_log_stays_whole BEFORE TRUNCATE ON command_log EXECUTE FUNCTION refuse_change();

-- Which kinds of mail there are stands in domain/mails.py alone.
ALTER TABLE mail DROP CONSTRAINT mail_kind_check, ADD CONSTRAINT mail_kind_check CHECK (kind ~ '^[a-z-]+$');
