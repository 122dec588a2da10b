-- Formats as an organizer wants them; what is not here is as usual. They count as part of the venue's version.
create table format (
    conference_id uuid     not null,
    name          text     not null,
    opens         time     not null,
    closes        time     not null,
    minutes       smallint not null,
    notice        smallint not null,
    people        smallint not null,
    best          text[]   not null, -- HH:MM-HH:MM
    primary key (conference_id, name)
);

alter table bulk_change drop constraint bulk_change_kind_check;
alter table bulk_change add constraint bulk_change_kind_check check (kind in ('venue', 'talks', 'formats'));
