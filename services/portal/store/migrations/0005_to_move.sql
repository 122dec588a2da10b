-- A mail that asks to choose another time: the place is gone, or a talk is in the way.

ALTER TABLE mail DROP CONSTRAINT mail_kind_check;
ALTER TABLE mail ADD CONSTRAINT mail_kind_check CHECK (kind IN
    ('welcome', 'suggestions', 'scheduled', 'to-move', 'moved', 'cancelled', 'sign-in'));
