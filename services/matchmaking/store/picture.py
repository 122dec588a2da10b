"""The picture of a conference for the solver; its ties are kept, and only what is new of them is read."""

from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from services.kit.db import Connection
from services.matchmaking.handlers.ports import Picture, Seeker, TieRows
from services.matchmaking.store.columns import Array, Positions, copied

# Counted person by person: a join to a grouped table compares everybody with everybody before there are statistics.
_SEEKERS = """
    select a.id, a.budget, a.interests, a.formats,
           (select count(*) from membership m where m.attendee_id = a.id and m.holds) as holds
    from attendee a where a.conference_id = $1 and a.state = 'joined' order by a.id
"""
# Who let a table pass without a word is asked to no other.
_SEATED = """
    select m.attendee_id from suggestion s join membership m on m.suggestion_id = s.id
    where s.conference_id = $1 and s.route = 'table' and (m.holds or m.answer is null and s.state <> 'withdrawn')
"""
_TIES = "select id, a, b, amount from tie where conference_id = $1"
_TIE_COLUMNS = {"id": "uuid", "a": "uuid", "b": "uuid", "amount": "float8"}
_PAIR_COLUMNS = {"a": "uuid", "b": "uuid"}
_SPENT = "select a, b from spent_pair where conference_id = $1"
# Who held a session says so on both sides; what one side alone says is that side's.
_MET = """
    select one.attendee_id as a, one.other_id as b from exclusion one
    join exclusion other on other.attendee_id = one.other_id and other.other_id = one.attendee_id
    where one.conference_id = $1 and one.attendee_id < one.other_id and one.reason = 'met' and other.reason = 'met'
"""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A conference's ties as they were at ``seen``, the oldest transaction that was under way then."""

    seen: str
    ties: Array


class Pictures:
    """Reads pictures; keeps the ties of the conferences it read last."""

    MOST = 4  # conferences kept; the largest takes 70 MB

    def __init__(self) -> None:
        self._kept: OrderedDict[UUID, _Kept] = OrderedDict()

    async def read(self, tx: Connection, conference_id: UUID) -> Picture:
        """Everything the solver needs; ``tx`` is a transaction with one snapshot."""
        kept = await self._ties(tx, conference_id)
        rows = await tx.fetch(_SEEKERS, conference_id)
        seated = {row["attendee_id"] for row in await tx.fetch(_SEATED, conference_id)}
        seekers = [
            Seeker(r["id"], r["budget"], r["holds"], tuple(r["interests"]), tuple(r["formats"]), r["id"] in seated)
            for r in rows
        ]
        at = Positions([seeker.id for seeker in seekers])
        return Picture(
            conference_id=conference_id,
            ends_at=await tx.fetchval("select ends_at from conference where id = $1", conference_id),
            seekers=seekers,
            ties=_between(at, kept.ties),
            spent=set(_pairs(at, await copied(tx, _PAIR_COLUMNS, _SPENT, conference_id))),
            met=_pairs(at, await copied(tx, _PAIR_COLUMNS, _MET, conference_id)),
            seen=kept.seen,
        )

    async def _ties(self, tx: Connection, conference_id: UUID) -> _Kept:
        seen = await tx.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text")
        before = self._kept.pop(conference_id, None)
        if before is None:
            ties = await copied(tx, _TIE_COLUMNS, f"{_TIES} and amount > 0", conference_id)
        else:
            news = await copied(tx, _TIE_COLUMNS, f"{_TIES} and changed >= $2::text::xid8", conference_id, before.seen)
            ties = _replaced(before.ties, news)
        self._kept[conference_id] = kept = _Kept(seen, ties)
        while len(self._kept) > self.MOST:
            self._kept.popitem(last=False)
        return kept


def _replaced(ties: Array, news: Array) -> Array:
    """``ties`` with ``news`` in the place of older rows of the same id; those without interactions go."""
    # As numbers in this machine's order of bytes: numpy's isin fails on others when there is a single one of them.
    old, new = ties["id"]["low"].astype(np.uint64), news["id"]["low"].astype(np.uint64)
    suspects = np.flatnonzero(np.isin(old, new))
    known = set(news["id"].tolist())
    keep = np.ones(len(ties), bool)
    keep[[row for row, id in zip(suspects, ties["id"][suspects].tolist(), strict=True) if id in known]] = False
    return np.concatenate([ties[keep], news[news["amount"] > 0]])


def _between(at: Positions, ties: Array) -> TieRows:
    a, b = at.of(ties["a"]), at.of(ties["b"])
    both = (a >= 0) & (b >= 0)
    return TieRows(a[both], b[both], ties["amount"][both].astype(np.float64))


def _pairs(at: Positions, rows: Array) -> list[tuple[int, int]]:
    a, b = at.of(rows["a"]), at.of(rows["b"])
    both = (a >= 0) & (b >= 0)
    return list(zip(a[both].tolist(), b[both].tolist(), strict=True))
