"""Previews that were asked for, and what the worker found."""

import json
from dataclasses import asdict
from uuid import UUID

from asyncpg import Record

from services.kit.db import Connection
from services.kit.errors import Conflict, NotFound
from services.matchmaking.domain.learning import Signal
from services.matchmaking.domain.preview import Outlook, Preview, PreviewState, Trial

# Bounds on what one conference can cost: waiting at a time, and asked for within an hour. Begun TRIES times without an
# end a preview is given up, so that it cannot stop workers for good.
WAITING, AN_HOUR, TRIES = 3, 60, 3
_COLUMNS = """
    id, conference_id, trial::text as trial, result::text as result,
    tries >= $1 and coalesce(taken_until < clock_timestamp(), true) as given_up
"""
_TAKE = f"""
    update preview set tries = tries + 1, taken_until = clock_timestamp() + make_interval(secs => $2)
    where id = (
        select id from preview where result is null and tries < $1
            and (taken_until is null or taken_until < clock_timestamp())
        order by requested_at limit 1 for update skip locked)
    returning {_COLUMNS}
"""
_RECENT = """
    select count(*) filter (where result is null and tries < $2) as waiting,
        count(*) filter (where requested_at > clock_timestamp() - interval '1 hour') as an_hour
    from preview where conference_id = $1
"""


class PreviewStore:
    """Asks for previews, takes them up, answers them."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    async def ask(self, id: UUID, conference_id: UUID, trial: Trial) -> Preview:
        """Puts it where a worker finds it; raises Conflict when too many are."""
        await self._tx.execute("delete from preview where requested_at < clock_timestamp() - interval '1 day'")
        # One at a time for each conference, so that many at once do not all see room for one.
        await self._tx.execute(
            "select pg_advisory_xact_lock(hashtextextended('preview ' || $1, 0))", str(conference_id)
        )
        recent = await self._tx.fetchrow(_RECENT, conference_id, TRIES)
        assert recent is not None  # counts always give a row
        if recent["waiting"] >= WAITING or recent["an_hour"] >= AN_HOUR:
            raise Conflict(
                "preview",
                f"at most {WAITING} previews wait and {AN_HOUR} are made in an hour; look at those and try later",
            )
        text = json.dumps(asdict(trial))
        await self._tx.execute(
            "insert into preview (id, conference_id, trial) values ($1, $2, $3::text::jsonb)", id, conference_id, text
        )
        return Preview(id, conference_id, trial, PreviewState.WAITING)

    async def read(self, id: UUID, conference_id: UUID) -> Preview:
        """One of this conference's; raises NotFound."""
        row = await self._tx.fetchrow(
            f"select {_COLUMNS} from preview where id = $2 and conference_id = $3", TRIES, id, conference_id
        )
        if row is None:
            raise NotFound("preview", id)
        return _preview(row)

    async def take(self, seconds: float) -> Preview | None:
        """The one that waits longest, for ``seconds``; a worker that does not answer by then is taken for dead."""
        row = await self._tx.fetchrow(_TAKE, TRIES, seconds)
        return _preview(row) if row else None

    async def answer(self, id: UUID, now: Outlook, then: Outlook) -> None:
        """Stores what was found."""
        text = json.dumps({"now": asdict(now), "then": asdict(then)})
        await self._tx.execute("update preview set result = $2::text::jsonb where id = $1", id, text)


def _preview(row: Record) -> Preview:
    trial, result = json.loads(row["trial"]), json.loads(row["result"] or "{}")
    weights = {Signal(name): weight for name, weight in trial["weights"].items()}
    unfinished = PreviewState.FAILED if row["given_up"] else PreviewState.WAITING
    return Preview(
        id=row["id"],
        conference_id=row["conference_id"],
        trial=Trial(weights, trial["budget"]),
        state=PreviewState.DONE if result else unfinished,
        now=Outlook(**result["now"]) if result else None,
        then=Outlook(**result["then"]) if result else None,
    )
