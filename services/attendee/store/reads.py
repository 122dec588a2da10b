"""Questions, answered from the tables without the use cases."""

from collections.abc import Sequence
from uuid import UUID

from services.attendee.domain.attendee import SAID_YES, Attendee
from services.attendee.domain.conference import Conference
from services.attendee.domain.handle import email_handle
from services.attendee.domain.source import Source
from services.attendee.domain.tie import Tie
from services.attendee.store.rows import ATTENDEE, COUNTS, SOURCE, attendee_of, conference_of, source_of, tie_of
from services.kit.db import Connection
from services.kit.errors import NotFound

FROM_START = UUID(int=0)


async def conferences(tx: Connection) -> list[Conference]:
    """All conferences, the soonest first."""
    rows = await tx.fetch(
        "select id, slug, name, time_zone, starts_on, ends_on, series, version from conference order by starts_on, slug"
    )
    return [conference_of(row) for row in rows]


async def attendee(tx: Connection, attendee_id: UUID) -> tuple[Attendee, list[str]]:
    """An attendee with the handles they claimed; their registration's address goes without saying."""
    row = await tx.fetchrow(f"select {ATTENDEE} from attendee where id = $1", attendee_id)
    if row is None:
        raise NotFound("attendee", attendee_id)
    handles = await tx.fetch(
        "select network || ':' || address as handle from handle where attendee_id = $1 order by network, address",
        attendee_id,
    )
    implied = str(email_handle(row["email"]))
    return attendee_of(row), [h["handle"] for h in handles if h["handle"] != implied]


async def refused_sources(tx: Connection, attendee_id: UUID) -> list[UUID]:
    """The sources that are there and are to leave this person out."""
    rows = await tx.fetch(
        "select s.id from refusal r join source s using (conference_id, network, name)"
        " where r.attendee_id = $1 order by s.id",
        attendee_id,
    )
    return [row["id"] for row in rows]


async def attendees(tx: Connection, conference_id: UUID, after: UUID, limit: int) -> list[Attendee]:
    """The next `limit` attendees by id, cancelled ones too."""
    rows = await tx.fetch(
        f"select {ATTENDEE} from attendee where conference_id = $1 and id > $2 order by id limit $3",
        conference_id, after, limit,
    )  # fmt: skip
    return [attendee_of(row) for row in rows]


async def sources(tx: Connection, conference_id: UUID) -> list[Source]:
    """All sources of a conference by name; figures are those of the last import."""
    rows = await tx.fetch(f"select {SOURCE} from source where conference_id = $1 order by name, network", conference_id)
    return [source_of(row) for row in rows]


async def ties(tx: Connection, conference_id: UUID, of: UUID | None, after: UUID, limit: int) -> Sequence[Tie]:
    """The next `limit` ties by id, of one attendee or all; only those whose two people said yes."""
    rows = await tx.fetch(
        f"select t.id, t.conference_id, t.a, t.b, t.version, c.* from tie t"
        " join attendee x on x.id = t.a and x.state = any($5::text[])"
        " join attendee y on y.id = t.b and y.state = any($5::text[])"
        f" {COUNTS}"
        " where t.conference_id = $1 and t.id > $3 and ($2::uuid is null or $2 in (t.a, t.b))"
        " and c.kinds is not null order by t.id limit $4",
        conference_id, of, after, limit, [state.value for state in SAID_YES],
    )  # fmt: skip
    return [tie_of(row) for row in rows]


async def must_exist(tx: Connection, conference_id: UUID) -> None:
    """Raises NotFound for a conference that is not there."""
    if not await tx.fetchval("select true from conference where id = $1", conference_id):
        raise NotFound("conference", conference_id)
