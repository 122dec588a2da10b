"""Writes suggestions, answers, exclusions; the one place that keeps to budgets and exclusions (promises 3, 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations
from uuid import UUID

from asyncpg import Record

from services.kit.db import Connection
from services.matchmaking.domain.suggestion import Answer, Evidence, ExclusionReason, Suggestion
from services.matchmaking.handlers.ports import Standing
from services.matchmaking.store import rows

_LOCK_PEOPLE = "select id from attendee where id = any($1) order by id for no key update"
_ROOM = """
    select a.id, a.state = 'joined' as joined,
        a.budget - (select count(*) from membership m where m.attendee_id = a.id and m.holds) as room
    from attendee a where a.id = any($1)
"""
_SPENT = """
    select p.a, p.b from unnest($1::uuid[], $2::uuid[]) as p (a, b)
    where exists (select from spent_pair s where s.conference_id = $3 and s.a = p.a and s.b = p.b)
"""
_INSERT = """
    insert into suggestion
        (id, conference_id, attendee_ids, route, evidence, format, weight, state, expires_at, version, signals,
         ranks)
    values ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $8, $9, $10, $11, $12)
"""
# Whatever they answered: a place among what somebody did not turn down would tell of it.
_OPEN_OF = """
    select m.attendee_id, s.weight, s.id from membership m join suggestion s on s.id = m.suggestion_id
    where m.attendee_id = any($1) and s.state = 'open'
"""
_MEMBERS = """
    insert into membership (suggestion_id, attendee_id, holds)
    select suggestion_id, attendee_id, true from unnest($1::uuid[], $2::uuid[]) as m (suggestion_id, attendee_id)
"""
_CLOSE = f"""
    with due as (select id from suggestion s where s.state = 'open' and {{which}} order by id {{lock}}),
    freed as (update membership set holds = false from due where suggestion_id = due.id)
    update suggestion s set state = $1, version = version + 1 from due where s.id = due.id
    returning {rows.SUGGESTION}
"""
_OF_PEOPLE = "exists (select from membership m where m.suggestion_id = s.id and m.attendee_id = any($2))"
_OF_PAIRS = """
    s.route in ('tie', 'table') and s.id in (select suggestion_id from membership where attendee_id = any($2::uuid[]))
    and exists (select from unnest($2::uuid[], $3::uuid[]) as p (a, b)
        where p.a = any(s.attendee_ids) and p.b = any(s.attendee_ids))
"""
_EXPIRED = "s.expires_at <= $2 and (s.route <> 'table' or s.id = any($4::uuid[]))"
_LOCK_TABLES = f"""
    select {rows.SUGGESTION} from suggestion s where s.state = 'open' and s.route = 'table' and s.expires_at <= $1
    limit $2 for update skip locked
"""
_COME = """
    select m.suggestion_id, m.attendee_id from membership m join suggestion s on s.id = m.suggestion_id
    where s.id = any($1) and m.answer = 'yes' and not exists (
        select from exclusion e where e.attendee_id = m.attendee_id and e.other_id = any(s.attendee_ids))
    order by m.attendee_id
"""
_REFRESH = f"""
    update suggestion s set evidence = e.evidence::jsonb, version = s.version + 1
    from unnest($1::uuid[], $2::text[]) as e (id, evidence)
    where s.id = e.id and s.state = 'open' and s.evidence <> e.evidence::jsonb
    returning {rows.SUGGESTION}
"""
# Open suggestions are brought up to date by the solver, which tells of it.
_FORGET = """
    update suggestion s set evidence = coalesce((
        select jsonb_agg(reason) from jsonb_array_elements(s.evidence) as reason
        where reason->>'source_id' is null or not reason->>'source_id' = any($1::text[])), '[]')
    where s.state <> 'open' and s.conference_id in (select conference_id from source where id::text = any($1::text[]))
        and exists (select from jsonb_array_elements(s.evidence) as r where r->>'source_id' = any($1::text[]))
"""
# The same for pairs: of reasons only what their ties still have. Without any, the suggestion is about to be withdrawn.
_FORGET_TIES = """
    update suggestion s set signals = null,
        evidence = case when s.state = 'open' and t.counts <> '[]' then s.evidence else coalesce((
        select jsonb_agg(reason) from jsonb_array_elements(s.evidence) as reason
        where reason->>'source_id' is null
            or exists (select from jsonb_array_elements(t.counts) c where c->>0 = reason->>'source_id')), '[]') end
    from tie t where t.id = any($1::uuid[]) and s.attendee_ids @> array[t.a, t.b] and cardinality(s.attendee_ids) = 2
        and s.id in (select suggestion_id from membership where attendee_id in (select a from tie where id = any($1)))
"""
_FORGET_PEOPLE = """
    update suggestion set evidence = '[]', signals = null
    where id in (select suggestion_id from membership where attendee_id = any($1))
"""
# First replies to commands, which are kept for a week for those who ask again, hold answers.
_FORGET_REPLIES = """
    delete from request where exists (
        select from unnest($1::uuid[]) p where position(convert_to(p::text, 'UTF8') in reply) > 0)
"""
# Which of them rested on a source that is gone, numbers do not tell; what comes later is learned from.
_FORGET_SIGNALS = """
    update suggestion s set signals = null where signals is not null
        and conference_id in (select conference_id from source where id = any($1))
"""


class SuggestionStore:
    """Implements ports.Suggestions. People are locked before suggestions, both in order of id."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    async def room(self, attendee_ids: Sequence[UUID]) -> dict[UUID, int]:
        """Locks these people until the transaction ends, and counts what still fits their budgets; 0 or less: full."""
        return {row["id"]: row["room"] for row in await self._locked(attendee_ids)}

    async def add(self, suggestions: Sequence[Suggestion], *, beyond_budget: bool = False) -> list[Suggestion]:
        """Inserts those, of one conference, that fit their people's budgets (unless all of them asked for one more),
        whose people are all joined, and that are not spent pairs."""
        if not suggestions:
            return []
        people = await self._locked(sorted({id for s in suggestions for id in s.attendee_ids}))
        full = len(suggestions) if beyond_budget else 0
        room = {row["id"]: max(row["room"], full) if row["joined"] else 0 for row in people}
        spent = await self._spent(suggestions)
        added = []
        for suggestion in suggestions:
            pairs = _pairs(suggestion)
            if not spent.isdisjoint(pairs) or any(room.get(id, 0) <= 0 for id in suggestion.attendee_ids):
                continue
            spent.update(pairs)
            for id in suggestion.attendee_ids:
                room[id] -= 1
            added.append(suggestion)
        added = await self._ranked(added)
        await self._insert(added)
        return added

    async def _ranked(self, added: Sequence[Suggestion]) -> list[Suggestion]:
        people = list({id for s in added for id in s.attendee_ids})
        places: dict[UUID, list[tuple[float, UUID]]] = {person: [] for person in people}
        for row in await self._tx.fetch(_OPEN_OF, people):
            places[row["attendee_id"]].append((-row["weight"], row["id"]))
        for s in added:
            for person in s.attendee_ids:
                places[person].append((-s.weight, s.id))
        for of in places.values():
            of.sort()
        return [
            replace(s, ranks=tuple(places[person].index((-s.weight, s.id)) + 1 for person in s.attendee_ids))
            for s in added
        ]

    async def _locked(self, attendee_ids: Sequence[UUID]) -> list[Record]:
        # Two statements: the second one's snapshot sees what was committed while the first one waited.
        await self._tx.fetch(_LOCK_PEOPLE, attendee_ids)
        return await self._tx.fetch(_ROOM, attendee_ids)

    async def _spent(self, suggestions: Sequence[Suggestion]) -> set[tuple[UUID, UUID]]:
        pairs = [pair for s in suggestions for pair in _pairs(s)]
        found = await self._tx.fetch(_SPENT, [a for a, _ in pairs], [b for _, b in pairs], suggestions[0].conference_id)
        return {(row["a"], row["b"]) for row in found}

    async def _insert(self, added: Sequence[Suggestion]) -> None:
        await self._tx.executemany(
            _INSERT,
            [
                (s.id, s.conference_id, s.attendee_ids, s.route, rows.evidence_json(s.evidence), s.format, s.weight,
                 s.state, s.expires_at, s.version, s.signals, s.ranks)
                for s in added
            ],
        )  # fmt: skip
        members = [(s.id, id) for s in added for id in s.attendee_ids]
        await self._tx.execute(_MEMBERS, [s for s, _ in members], [a for _, a in members])

    async def refresh(self, evidence: Mapping[UUID, tuple[Evidence, ...]]) -> list[Suggestion]:
        """Gives open suggestions other evidence; returns those that had not this one."""
        texts = [rows.evidence_json(reasons) for reasons in evidence.values()]
        return [rows.suggestion(r) for r in await self._tx.fetch(_REFRESH, list(evidence), texts)]

    async def forget_source(self, source_ids: Sequence[UUID]) -> None:
        """Removes the reasons that rested on these sources from suggestions that are not open any more, and what
        would be learned from all suggestions of their conferences."""
        await self._tx.execute(_FORGET, [str(id) for id in source_ids])
        await self._tx.execute(_FORGET_SIGNALS, source_ids)

    async def forget_ties(self, tie_ids: Sequence[UUID]) -> None:
        """The same for the pairs of these ties: reasons and signals that rest on sources the ties have no more."""
        await self._tx.execute(_FORGET_TIES, tie_ids)

    async def forget_people(self, attendee_ids: Sequence[UUID]) -> None:
        """Removes what these people, who are gone, said and what was said of them; that they are blocked stays."""
        await self._tx.execute(_FORGET_PEOPLE, attendee_ids)
        await self._tx.execute("update membership set answer = null where attendee_id = any($1)", attendee_ids)
        await self._tx.execute(
            "delete from exclusion where attendee_id = any($1) or (other_id = any($1) and reason = 'met')", attendee_ids
        )
        await self._tx.execute("delete from seeking where attendee_id = any($1)", attendee_ids)
        await self._tx.execute(_FORGET_REPLIES, attendee_ids)

    async def withdraw_of(self, attendee_ids: Sequence[UUID]) -> list[Suggestion]:
        """Withdraws all open suggestions of these people."""
        return await self._close(_OF_PEOPLE, "for update", "withdrawn", attendee_ids)

    async def withdraw_ties(self, pairs: Sequence[tuple[UUID, UUID]]) -> list[Suggestion]:
        """Withdraws the open suggestions that rest on the ties of these pairs (a < b), tables with both among them."""
        return await self._close(_OF_PAIRS, "for update", "withdrawn", [a for a, _ in pairs], [b for _, b in pairs])

    async def tables_due(self, now: datetime, limit: int) -> list[tuple[Suggestion, list[UUID]]]:
        """Locks open tables whose time has come, and tells who comes: who said yes and has not said met or blocked of
        anybody at it."""
        found = [rows.suggestion(row) for row in await self._tx.fetch(_LOCK_TABLES, now, limit)]
        come: dict[UUID, list[UUID]] = {table.id: [] for table in found}
        for row in await self._tx.fetch(_COME, list(come)):
            come[row["suggestion_id"]].append(row["attendee_id"])
        return [(table, come[table.id]) for table in found]

    async def expire(self, now: datetime, limit: int, tables: Sequence[UUID] = ()) -> list[Suggestion]:
        """Expires up to ``limit`` open suggestions whose time has come, of tables these; those being answered wait for
        the next time."""
        return await self._close(_EXPIRED, "limit $3 for update skip locked", "expired", now, limit, tables)

    async def _close(self, which: str, lock: str, state: str, *values: object) -> list[Suggestion]:
        found = await self._tx.fetch(_CLOSE.format(which=which, lock=lock), state, *values)
        return [rows.suggestion(row) for row in found]

    async def standing(self, suggestion_id: UUID, attendee_id: UUID) -> Standing | None:
        """Locks a suggestion and tells how its people stand; None when ``attendee_id`` is not one of them."""
        row = await self._tx.fetchrow(
            f"select {rows.SUGGESTION} from suggestion s where id = $1 and $2 = any(attendee_ids) for update",
            suggestion_id, attendee_id,
        )  # fmt: skip
        if row is None:
            return None
        answers = await self._tx.fetch(
            "select attendee_id, answer from membership where suggestion_id = $1", suggestion_id
        )
        apart = await self._tx.fetch(
            "select attendee_id from exclusion where attendee_id = any($1) and other_id = any($1)", row["attendee_ids"]
        )
        given = {r["attendee_id"]: r["answer"] and Answer(r["answer"]) for r in answers}
        return Standing(rows.suggestion(row), given, {r["attendee_id"] for r in apart})

    async def set_answer(self, suggestion_id: UUID, attendee_id: UUID, answer: Answer, holds: bool) -> None:
        """Stores one person's answer. Nothing that others can read changes, not even the suggestion's version."""
        await self._tx.execute(
            "update membership set answer = $3, holds = $4 where suggestion_id = $1 and attendee_id = $2",
            suggestion_id, attendee_id, answer, holds,
        )  # fmt: skip

    async def exclude(self, conference_id: UUID, attendee_id: UUID, other_id: UUID, reason: ExclusionReason) -> bool:
        """Stores that ``attendee_id`` does not want ``other_id`` suggested, and answers no to what is open between
        the two for ``attendee_id`` alone; returns whether that freed a place in their budget. A table stays: were it
        to go, that would tell who else is asked; it is made without ``attendee_id``."""
        await self._tx.execute(
            "insert into exclusion (conference_id, attendee_id, other_id, reason) values ($1, $2, $3, $4)"
            " on conflict do nothing",
            conference_id, attendee_id, other_id, reason,
        )  # fmt: skip
        await self._tx.execute(
            "select from suggestion where state = 'open' and route <> 'table' and attendee_ids @> array[$1, $2]::uuid[]"
            " and id in (select suggestion_id from membership where attendee_id = $1) order by id for update",
            attendee_id, other_id,
        )  # fmt: skip
        status = await self._tx.execute(
            "update membership m set answer = 'no', holds = false from suggestion s where s.id = m.suggestion_id"
            " and s.state = 'open' and s.route <> 'table' and s.attendee_ids @> array[$1, $2]::uuid[]"
            " and m.attendee_id = $1 and m.answer is distinct from 'no'",
            attendee_id, other_id,
        )  # fmt: skip
        return status != "UPDATE 0"


def _pairs(suggestion: Suggestion) -> list[tuple[UUID, UUID]]:
    return list(combinations(sorted(suggestion.attendee_ids), 2))
