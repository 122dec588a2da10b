"""Reads: one person's suggestions, and the whole picture of a conference for the solver."""

from datetime import datetime
from uuid import UUID

from services.kit.db import Connection
from services.matchmaking.domain.facts import Source
from services.matchmaking.domain.suggestion import Answer, OwnSuggestion
from services.matchmaking.handlers.ports import Picture, Seeker
from services.matchmaking.store import rows

_OWN = f"""
    select {rows.SUGGESTION}, m.answer from suggestion s join membership m on m.suggestion_id = s.id
    where m.attendee_id = $1 and s.state = 'open' and s.expires_at > $2 and coalesce(m.answer, 'yes') = 'yes'
    order by s.weight desc, s.id
"""
_SEEKERS = """
    select a.id, a.budget, a.interests, a.formats, coalesce(h.holds, 0) as holds
    from attendee a
    left join (select attendee_id, count(*) as holds from membership where holds group by attendee_id) h
        on h.attendee_id = a.id
    where a.conference_id = $1 and a.state = 'joined' order by a.id
"""
_TIES = "select a, b, counts::text as counts from tie where conference_id = $1 and counts <> '[]'"
_OPEN_ON_TIES = (
    f"select {rows.SUGGESTION} from suggestion s where conference_id = $1 and state = 'open' and route = 'tie'"
)
# Who held a session says so on both sides; what one side alone says is that side's.
_MET = """
    select one.attendee_id as a, one.other_id as b from exclusion one
    join exclusion other on other.attendee_id = one.other_id and other.other_id = one.attendee_id
    where one.conference_id = $1 and one.attendee_id < one.other_id and one.reason = 'met' and other.reason = 'met'
"""


class Reads:
    """Implements ports.Lists, and gives the solver its picture."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    async def own(self, attendee_id: UUID, now: datetime) -> list[OwnSuggestion]:
        """A person's open suggestions that they did not turn down, best first."""
        found = await self._tx.fetch(_OWN, attendee_id, now)
        return [
            OwnSuggestion(rows.suggestion(row), row["answer"] and Answer(row["answer"]), rank)
            for rank, row in enumerate(found, 1)
        ]

    async def picture(self, conference_id: UUID) -> Picture:
        """Everything the solver needs; consistent inside a transaction with one snapshot."""
        tx = self._tx
        seekers = await tx.fetch(_SEEKERS, conference_id)
        ties = await tx.fetch(_TIES, conference_id)
        sources = await tx.fetch("select * from source where conference_id = $1", conference_id)
        spent = await tx.fetch("select a, b from spent_pair where conference_id = $1", conference_id)
        return Picture(
            conference_id=conference_id,
            ends_at=await tx.fetchval("select ends_at from conference where id = $1", conference_id),
            seekers=[
                Seeker(r["id"], r["budget"], r["holds"], tuple(r["interests"]), tuple(r["formats"])) for r in seekers
            ],
            ties={(r["a"], r["b"]): rows.counts(r["counts"]) for r in ties},
            sources={r["id"]: Source(**r) for r in sources},
            spent={(r["a"], r["b"]) for r in spent},
            met=[(r["a"], r["b"]) for r in await tx.fetch(_MET, conference_id)],
            open_on_ties=[rows.suggestion(r) for r in await tx.fetch(_OPEN_ON_TIES, conference_id)],
        )
