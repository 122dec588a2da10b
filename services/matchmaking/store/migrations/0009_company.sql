-- Who is there and looks for company at once, and until when.
alter table suggestion drop constraint suggestion_route_check, add constraint suggestion_route_check
    check (route in ('tie', 'friend_of_friend', 'shared_interest', 'open_table', 'table', 'organizer', 'here_now'));

create table seeking (
    attendee_id   uuid        primary key,
    conference_id uuid        not null,
    until         timestamptz not null
);
