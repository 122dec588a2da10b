"""Writes matches: made by the last yes, cancelled with a ticket, over with their session."""

from collections.abc import Sequence
from uuid import UUID

from services.kit.db import Connection
from services.matchmaking.domain.facts import Session, SessionState
from services.matchmaking.domain.suggestion import Match, MatchState, Suggestion
from services.matchmaking.store import rows

_CANCEL = f"""
    with due as (
        select m.id from match m where m.state = 'made' and exists (
            select from membership
            where suggestion_id = m.id and attendee_id = any($1) and attendee_id = any(m.attendee_ids))
        order by m.id for update),
    freed as (update membership set holds = false from due where suggestion_id = due.id)
    update match set state = 'cancelled', version = match.version + 1 from due, suggestion s
    where match.id = due.id and s.id = due.id
    returning {rows.MATCH}
"""
_END = """
    with news as (
        select * from unnest($1::uuid[], $2::bigint[], $3::boolean[], $4::boolean[]) as n (id, version, ended, held)),
    due as (select m.id from match m join news on news.id = m.id where m.session_version < news.version
        order by m.id for update of m),
    freed as (update membership set holds = false from due join news using (id)
        where suggestion_id = due.id and news.ended)
    update match set session_version = news.version, held = news.held,
        state = case when news.ended and match.state = 'made' then 'over' else match.state end
    from due join news using (id) where match.id = due.id
    returning match.id
"""
_MET = """
    insert into exclusion (conference_id, attendee_id, other_id, reason)
    select s.conference_id, one, other, 'met'
    from suggestion s join match m using (id), unnest(m.attendee_ids) as one, unnest(m.attendee_ids) as other
    where s.id = any($1) and one <> other
    on conflict do nothing
"""
_HELD = {SessionState.HELD: True, SessionState.MISSED: False}


class MatchStore:
    """Implements ports.Matches."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    async def make_match(self, suggestion: Suggestion, come: Sequence[UUID]) -> Match:
        """Makes the match of a locked open suggestion with those who ``come``; the others have their place back."""
        await self._tx.execute(
            "update suggestion set state = 'matched', version = version + 1 where id = $1", suggestion.id
        )
        await self._tx.execute(
            "insert into match (id, state, version, session_version, attendee_ids) values ($1, 'made', 1, 0, $2)",
            suggestion.id, come,
        )  # fmt: skip
        await self._tx.execute(
            "update membership set holds = false where suggestion_id = $1 and holds and not attendee_id = any($2)",
            suggestion.id, come,
        )  # fmt: skip
        s = suggestion
        return Match(s.id, s.conference_id, tuple(come), s.evidence, s.format, MatchState.MADE, version=1)

    async def cancel_matches_of(self, attendee_ids: Sequence[UUID]) -> list[Match]:
        """Cancels these people's matches that are not over."""
        return [rows.match(row) for row in await self._tx.fetch(_CANCEL, attendee_ids)]

    async def follow_sessions(self, sessions: Sequence[Session]) -> set[UUID]:
        """Ends the matches whose sessions were held, missed or cancelled; who held one have met. Each id once; older
        news is ignored. Returns the conferences in which budgets may have become free."""
        ended = [s.state is not SessionState.AHEAD for s in sessions]
        happened = [_HELD.get(s.state) for s in sessions]
        rows_ended = await self._tx.fetch(
            _END, [s.id for s in sessions], [s.version for s in sessions], ended, happened
        )
        changed = {row["id"] for row in rows_ended}
        held = [s.id for s in sessions if s.id in changed and s.state is SessionState.HELD]
        await self._tx.execute(_MET, held)
        over = [s.id for s in sessions if s.id in changed and s.state is not SessionState.AHEAD]
        found = await self._tx.fetch("select distinct conference_id from suggestion where id = any($1)", over)
        return {row["conference_id"] for row in found}
