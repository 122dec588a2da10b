-- A place may be open past midnight, and have a clock of its own.
alter table place drop constraint place_check;
alter table place add constraint place_hours check (opens <> closes);
alter table place add column time_zone text not null default '';
