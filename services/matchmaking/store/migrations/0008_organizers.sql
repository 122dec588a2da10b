-- What organizers decide: pairs by hand, and times without new suggestions.
alter table suggestion drop constraint suggestion_route_check, add constraint suggestion_route_check
    check (route in ('tie', 'friend_of_friend', 'shared_interest', 'open_table', 'table', 'organizer'));

create table matching_pause (
    conference_id uuid        primary key,
    since         timestamptz not null default now()
);
