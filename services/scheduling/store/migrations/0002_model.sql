-- Buildings and the way between them, closed times, what people want of their days; who was asked to choose a spot.

alter table place
    add column building  text        not null default '',
    add column quiet     boolean     not null default false,
    add column step_free boolean     not null default false,
    add column closed    tstzrange[] not null default '{}';

create table travel (
    conference_id uuid     not null,
    a             text     not null,
    b             text     not null,
    minutes       smallint not null check (minutes >= 0),
    primary key (conference_id, a, b)
);

-- No row for a person: nothing in particular.
create table wish (
    attendee_id   uuid     primary key,
    conference_id uuid     not null,
    break_minutes smallint not null check (break_minutes >= 0),
    most_a_day    smallint not null check (most_a_day >= 0),
    quiet         boolean  not null,
    step_free     boolean  not null,
    starred       text[]   not null
);

alter table session add column asked boolean not null default false;

-- A missed session holds nobody and no table: what is left of its time is for others.
update session_member set during = null where session_id in (select id from session where state = 'missed');
alter table session drop constraint one_session_a_table;
alter table session add constraint one_session_a_table
    exclude using gist (place_id with =, table_no with =, during with &&) where (state in ('scheduled', 'held'));
drop index session_running;
create index session_running on session using gist (conference_id, during) where state in ('scheduled', 'held');
drop index session_unplaced;
create index session_unplaced on session (conference_id, tried_in_round) where state = 'unplaced' and not asked;
