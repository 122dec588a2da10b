"""A conference's places: asking for them, replacing them, and their table as text."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from hallway.scheduling.v1 import scheduling_pb2
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.kit.ids import new_id
from services.portal.api.clients import Clients
from services.portal.domain import programme

SECONDS = 30.0
COLUMNS = (*programme.VENUE, *programme.VENUE_OPTIONAL)
EXAMPLE = ",".join(programme.VENUE) + "\nCorner A,4,2,coffee;table,09:00,18:00\n"


@dataclass(frozen=True)
class Venue:
    """All places as they are, and whether the plan is frozen."""

    places: list[scheduling_pb2.Place]
    frozen: bool


async def read(clients: Clients, conference_id: UUID) -> Venue:
    """Asks the owner."""
    client = clients.scheduling
    request = scheduling_pb.GetVenueRequest(conference_id=str(conference_id))
    reply = await client.call(client.stub.GetVenue, request, timeout=SECONDS)
    return Venue(list(reply.places), reply.plan_frozen)


async def replace(
    clients: Clients, conference_id: UUID, places: Sequence[scheduling_pb2.Place], preview: bool, rehome: bool
) -> scheduling_pb.SetVenueResponse:
    """Replaces all places; see SetVenue."""
    client = clients.scheduling
    request = scheduling_pb.SetVenueRequest(
        conference_id=str(conference_id), places=places, preview=preview, rehome=rehome
    )
    reply: scheduling_pb.SetVenueResponse = await client.call(
        client.stub.SetVenue, request, request_id=str(new_id()), timeout=SECONDS
    )
    return reply


async def undo(clients: Clients, conference_id: UUID) -> None:
    """Takes back the last change; sessions that lose their spot by it are asked to choose another."""
    client = clients.scheduling
    request = scheduling_pb.UndoChangeRequest(conference_id=str(conference_id), rehome=True)
    await client.call(client.stub.UndoChange, request, request_id=str(new_id()), timeout=SECONDS)


def place(p: programme.Place) -> scheduling_pb2.Place:
    """A line of the table as the service takes it."""
    return scheduling_pb2.Place(
        name=p.name, capacity=p.capacity, seats=p.seats, formats=p.formats, opens=p.opens, closes=p.closes,
        building=p.building, quiet=p.quiet, step_free=p.step_free, time_zone=p.time_zone,
        closed=[interval(starts_at, ends_at) for starts_at, ends_at in p.closed],
    )  # fmt: skip


def interval(starts_at: datetime, ends_at: datetime) -> scheduling_pb2.Interval:
    """Two moments."""
    message = scheduling_pb2.Interval(starts_at=Timestamp(), ends_at=Timestamp())
    message.starts_at.FromDatetime(starts_at)
    message.ends_at.FromDatetime(ends_at)
    return message


def as_table(places: Iterable[scheduling_pb2.Place], zone: ZoneInfo) -> str:
    """The places as the CSV that makes them again."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for p in places:
        own = ZoneInfo(p.time_zone) if p.time_zone else zone
        closed = "; ".join(f"{_local(i.starts_at, own)}/{_local(i.ends_at, own)}" for i in p.closed)
        flags = ("yes" if flag else "" for flag in (p.quiet, p.step_free))
        formats = ";".join(p.formats)
        lines.writerow(
            (p.name, p.capacity, p.seats, formats, p.opens, p.closes, p.building, *flags, closed, p.time_zone)
        )
    return text.getvalue()


def _local(stamp: Timestamp, zone: ZoneInfo) -> str:
    return f"{stamp.ToDatetime(UTC).astimezone(zone):%Y-%m-%d %H:%M}"
