-- What organizers tell everybody who takes part.
CREATE TABLE announcement (
    id uuid PRIMARY KEY,
    conference_id uuid NOT NULL,
    said text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX announcement_conference ON announcement (conference_id, at);

-- The one change the log takes: an erased person's id is taken out.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.target = '' AND to_jsonb(NEW) - 'target' = to_jsonb(OLD) - 'target' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the log of commands is only added to';
END $$;
