"""Which conferences are to be solved, and which worker has the lease on one."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.kit.db import Connection

_REQUEST = """
    insert into solve_request (conference_id, traceparent) select distinct id, $2 from unnest($1::uuid[]) as id
"""
# A conference is due once it is quiet, or has been asked for during twice that long: while changes never cease, nobody
# waits for more than that and two solves. The clock is the database's: one clock for all workers.
_CLAIM = """
    with due as (
        select conference_id, min(requested_at) as since from solve_request group by conference_id
        having max(requested_at) <= clock_timestamp() - make_interval(secs => $2)
            or min(requested_at) <= clock_timestamp() - make_interval(secs => 2 * $2)),
    free as (
        select conference_id from due left join solve_lease l using (conference_id)
        where l.leased_until is null or l.leased_until < clock_timestamp()
        order by since, conference_id limit 1)
    insert into solve_lease (conference_id, owner, leased_until)
    select conference_id, $1, clock_timestamp() + make_interval(secs => $3) from free
    on conflict (conference_id) do update set owner = excluded.owner, leased_until = excluded.leased_until
    where solve_lease.leased_until < clock_timestamp()
    returning conference_id
"""
_RENEW = """
    update solve_lease set leased_until = clock_timestamp() + make_interval(secs => $3)
    where conference_id = $1 and owner = $2 and leased_until > clock_timestamp()
    returning conference_id
"""


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests one solve answers, and the traceparent of the last."""

    ids: list[int]
    cause: str | None


class SolveQueue:
    """Implements ports.SolveRequests, and is the worker's queue."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    async def request(self, conference_ids: Iterable[UUID], cause: str | None = None) -> None:
        """Asks for these conferences to be solved; waits for nobody."""
        await self._tx.execute(_REQUEST, list(conference_ids), cause)

    async def claim(self, owner: UUID, quiet_seconds: float, lease_seconds: float) -> UUID | None:
        """Leases the conference that has waited longest; None when nothing is due or another worker was faster."""
        found: UUID | None = await self._tx.fetchval(_CLAIM, owner, quiet_seconds, lease_seconds)
        return found

    async def requests(self, conference_id: UUID) -> Requests:
        """What was asked until now; read it before the picture, so that nothing asked later is taken for done."""
        rows = await self._tx.fetch(
            "select id, traceparent from solve_request where conference_id = $1 order by id", conference_id
        )
        return Requests([row["id"] for row in rows], rows[-1]["traceparent"] if rows else None)

    async def renew(self, conference_id: UUID, owner: UUID, lease_seconds: float) -> bool:
        """Extends the lease, and locks it until the transaction ends; False when it was lost."""
        return await self._tx.fetchval(_RENEW, conference_id, owner, lease_seconds) is not None

    async def give_back(self, conference_id: UUID, owner: UUID) -> None:
        """Ends the lease if it is still ``owner``'s; the requests stay."""
        await self._tx.execute("delete from solve_lease where conference_id = $1 and owner = $2", conference_id, owner)

    async def finish(self, conference_id: UUID, requests: Requests) -> None:
        """Deletes the answered requests and gives the lease back."""
        await self._tx.execute("delete from solve_request where id = any($1)", requests.ids)
        await self._tx.execute("delete from solve_lease where conference_id = $1", conference_id)
