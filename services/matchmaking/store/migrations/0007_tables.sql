-- Suggestions for 3 to 8 people. A match of one is made of those who said yes, if they are three.
alter table suggestion drop constraint suggestion_route_check;
alter table suggestion add constraint suggestion_route_check
    check (route in ('tie', 'friend_of_friend', 'shared_interest', 'open_table', 'table'));
create index suggestion_table on suggestion (conference_id) where route = 'table';
alter table match add column attendee_ids uuid[];
update match set attendee_ids = s.attendee_ids from suggestion s where s.id = match.id;
alter table match alter column attendee_ids set not null;

-- Two of a table are spent as if it had been theirs alone, unless it was made without one of them who said not now.
-- Both know it (known) of what they were suggested as a pair, or came to; of a table they were only asked to, neither.
create or replace view spent_pair as
    select conference_id, least(attendee_id, other_id) as a, greatest(attendee_id, other_id) as b, true as known
    from exclusion
    union all
    select s.conference_id, one.attendee_id, other.attendee_id, s.route <> 'table' or came.both_did
    from suggestion s
    join membership one on one.suggestion_id = s.id
    join membership other on other.suggestion_id = s.id and one.attendee_id < other.attendee_id
    cross join lateral (select exists (
        select from match m where m.id = s.id and m.attendee_ids @> array[one.attendee_id, other.attendee_id]
    ) as both_did) as came
    where s.state = 'open' or coalesce(one.answer, 'no') = 'no' or coalesce(other.answer, 'no') = 'no'
        or s.state = 'matched' and (s.route <> 'table' or came.both_did)
    union all
    select here.id, least(a.id, b.id), greatest(a.id, b.id), true
    from conference here
    join conference there on there.series = here.series and there.id <> here.id and here.series <> ''
    join exclusion e on e.conference_id = there.id
    join attendee one on one.id = e.attendee_id
    join attendee other on other.id = e.other_id
    join attendee a on a.conference_id = here.id and a.person = one.person
    join attendee b on b.conference_id = here.id and b.person = other.person and b.id <> a.id;
