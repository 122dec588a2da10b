-- Another version whenever a conference's places or ways are set: whoever keeps them knows when to look again. Not a
-- number that counts: one that was rolled back would come again and mean something else.
create table venue (
    conference_id uuid primary key,
    version       uuid not null
);
