-- On which sources a tie rests; null: not told since this column is here. A reason is shown only while its source is one.
ALTER TABLE read_tie ADD COLUMN sources uuid[];
