-- Conferences of one series share who has met or blocked whom; empty: none. Known of conferences and people told of
-- from now on.
alter table conference add column series text not null default '';
-- The same person in several conferences: a digest of the mail address they are registered with.
alter table attendee add column person bytea;
create index attendee_person on attendee (person, conference_id) where person is not null;

create or replace view spent_pair as
    select conference_id, least(attendee_id, other_id) as a, greatest(attendee_id, other_id) as b from exclusion
    union all
    select s.conference_id, one.attendee_id, other.attendee_id
    from suggestion s
    join membership one on one.suggestion_id = s.id
    join membership other on other.suggestion_id = s.id and one.attendee_id < other.attendee_id
    where s.state in ('open', 'matched')
        or coalesce(one.answer, 'no') = 'no' or coalesce(other.answer, 'no') = 'no'
    union all
    select here.id, least(a.id, b.id), greatest(a.id, b.id)
    from conference here
    join conference there on there.series = here.series and there.id <> here.id and here.series <> ''
    join exclusion e on e.conference_id = there.id
    join attendee one on one.id = e.attendee_id
    join attendee other on other.id = e.other_id
    join attendee a on a.conference_id = here.id and a.person = one.person
    join attendee b on b.conference_id = here.id and b.person = other.person and b.id <> a.id;
