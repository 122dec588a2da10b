-- Until when a worker plans what waits in a conference, and rests afterwards; the database's clock, one for all workers.
alter table retry add column leased_until timestamptz not null default '-infinity';
