"""Holds what a service keeps of another's against what the other has."""

from typing import Any

from tests.chaos.evidence import Evidence
from tests.chaos.journal import Finding

# What one service keeps of another's: (name, owner's query, follower, follower's query)
FOLLOWED = (
    ("conference", "attendee", "select id, version, slug, name, time_zone, starts_on, ends_on, series from conference",
     "portal", "select id, version, slug, name, time_zone, starts_on, ends_on, series from read_conference"),
    ("attendee", "attendee",
     "select id, version, conference_id, ticket, name, email, state, budget, interests, formats from attendee",
     "portal",
     "select id, version, conference_id, ticket, name, email, state, attention_budget as budget, interests, formats"
     " from read_attendee"),
    ("source", "attendee", "select id, version, network, name, interactions, ties from source",
     "portal", "select id, version, network, name, interactions, ties from read_source where state = 'imported'"),
    ("tie", "attendee",
     "select id, version, a, b, coalesce((select sum(a_to_b + b_to_a) from tie_count where tie_id = id), 0)::bigint"
     " as total from tie where version > 0",
     "portal", "select id, version, a, b, total from read_tie"),
    # A match closes its suggestion without an event of its own.
    ("suggestion", "matchmaking",
     "select id, version, conference_id, route, format, state, expires_at from suggestion where state <> 'matched'",
     "portal",
     "select id, version, conference_id, route, format, state, expires_at from read_suggestion s"
     " where not exists (select from read_match m where m.id = s.id)"),
    ("match", "matchmaking",
     "select id, version, case state when 'over' then 'made' else state end as state from match",
     "portal", "select id, version, state from read_match"),
    ("session", "scheduling",
     "select id, version, format, state, place_id, place_name, lower(during) as starts_at, upper(during) as ends_at,"
     " calendar_sequence, reason, array(select attendee_id from session_member where session_id = id order by 1)"
     " as people from session",
     "portal",
     "select id, version, format, state, place_id, place_name, starts_at, ends_at, calendar_sequence, reason,"
     " array(select attendee_id from read_session_member where session_id = id order by 1) as people"
     " from read_session"),
    ("attendee", "attendee", "select id, version, state, budget, interests, formats from attendee",
     "matchmaking", "select id, version, state, budget, interests, formats from attendee"),
    ("tie", "attendee",
     "select id, version, a, b, (select count(*) from tie_count where tie_id = id) as counts from tie"
     " where version > 0",
     "matchmaking", "select id, version, a, b, jsonb_array_length(counts)::bigint as counts from tie"),
    ("attendee", "attendee", "select id, version, state = 'cancelled' as cancelled from attendee",
     "scheduling", "select id, version, cancelled from attendee"),
)  # fmt: skip


async def followed(e: Evidence) -> list[Finding]:
    """What a service keeps of another's is what the other has."""
    found = []
    for name, owner, source, follower, copy in FOLLOWED:
        there = {r["id"]: r for r in await e.databases[owner].fetch(source)}
        here = {r["id"]: r for r in await e.databases[follower].fetch(copy)}
        for id in {**there, **here}:
            if _values(there.get(id)) != _values(here.get(id)):
                kind = "wrong" if id in here else "lost"
                words = f"{follower}'s {name} {id}: {_values(here.get(id))}, {owner} has {_values(there.get(id))}"
                found.append(Finding(kind, words[:600]))
    return found


def _values(row: Any) -> Any:
    return None if row is None else tuple(row.values())
