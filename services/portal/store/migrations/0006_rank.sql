-- The suggestion's place among this person's when it was made; null: not told.
ALTER TABLE read_suggestion_member ADD COLUMN rank int;
