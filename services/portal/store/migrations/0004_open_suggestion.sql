-- A suggestion is open until it is withdrawn or expires, or its match is made: the match tells of the last yes.
CREATE VIEW open_suggestion AS
    SELECT * FROM read_suggestion s
    WHERE state = 'open' AND NOT EXISTS (SELECT FROM read_match m WHERE m.id = s.id);
