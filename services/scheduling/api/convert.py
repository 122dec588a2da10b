"""Protobuf messages as domain values and back; errors name the field as the caller wrote it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hallway.scheduling.v1 import scheduling_pb2 as pb
from hallway.scheduling.v1 import service_pb2 as service

from services.kit.errors import Invalid
from services.kit.ids import parse_id
from services.scheduling.domain.formats import Format, FormatRow
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.programme import MAX_STARRED, Talk, Wishes
from services.scheduling.domain.session import Change, Spot, State, Version
from services.scheduling.domain.venue import Place, PlaceRow, Travel
from services.scheduling.handlers.on_site import NowOffer
from services.scheduling.store.publish import STATES, interval_message, session_message, timestamp

SHOWN = 1_000
MINUTE = timedelta(minutes=1)
OUTCOMES = {service.OUTCOME_HELD: State.HELD, service.OUTCOME_MISSED: State.MISSED}


def optional_id(text: str, field: str) -> UUID | None:
    """A UUID, or None where the field is empty."""
    return parse_id(text, field) if text else None


def interval(message: Any, field: str) -> Interval:
    """Both ends have to be given."""
    return Interval(_moment(message, "starts_at", field), _moment(message, "ends_at", field))


def _moment(message: Any, name: str, field: str) -> datetime:
    where = f"{field}.{name}"
    if not message.HasField(name):
        raise Invalid(where, f"{where} is missing; give a time")
    try:
        moment: datetime = getattr(message, name).ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Invalid(where, f"{where} is out of range; give a time in the years 1 to 9999") from None
    return moment


def place_row(message: pb.Place, number: int) -> PlaceRow:
    """The `number`th place of a request; its id is not taken."""
    closed = tuple(interval(away, f"places[{number}].closed[{n}]") for n, away in enumerate(message.closed))
    return PlaceRow(
        message.name, message.capacity, message.seats, tuple(message.formats), message.opens, message.closes,
        message.building, message.quiet, message.step_free, closed, message.time_zone.strip(),
    )  # fmt: skip


def travel(message: pb.Travel) -> Travel:
    """The way between two buildings."""
    return Travel(message.a.strip(), message.b.strip(), message.minutes)


def wishes(request: service.SetAvailabilityRequest) -> Wishes | None:
    """What the person wants of their days; None where nothing is said of it."""
    if not request.HasField("wishes"):
        return None
    told = request.wishes
    return Wishes(told.break_minutes, told.most_a_day, told.quiet, told.step_free, tuple(told.starred))


def availability(free: Sequence[Interval], told: Wishes, talks: Sequence[Talk]) -> service.GetAvailabilityResponse:
    """What a person said, and the talks to choose from; who speaks is not asked for."""
    by_time = sorted(talks, key=lambda talk: (talk.during.starts_at, talk.id))[:MAX_STARRED]
    return service.GetAvailabilityResponse(
        free=map(interval_message, free),
        wishes=pb.Wishes(
            break_minutes=told.break_minutes, most_a_day=told.most_a_day, quiet=told.quiet,
            step_free=told.step_free, starred=told.starred,
        ),
        talks=[pb.Talk(id=t.id, title=t.title, room=t.room, during=interval_message(t.during)) for t in by_time],
    )  # fmt: skip


def place_message(place: Place) -> pb.Place:
    """A place as it is."""
    return pb.Place(
        id=str(place.id),
        name=place.name,
        capacity=place.capacity,
        seats=place.seats,
        formats=sorted(place.formats),
        opens=f"{place.opens:%H:%M}",
        closes=f"{place.closes:%H:%M}",
        building=place.building,
        quiet=place.quiet,
        step_free=place.step_free,
        closed=map(interval_message, place.closed),
        time_zone=place.time_zone,
    )


def format_row(message: pb.Format) -> FormatRow:
    """A format of a request."""
    return FormatRow(
        message.name, message.opens, message.closes, message.minutes, message.notice, message.people,
        tuple(message.best),
    )  # fmt: skip


def format_message(format: Format) -> pb.Format:
    """A format as it is."""
    return pb.Format(
        name=format.name,
        opens=f"{format.opens:%H:%M}",
        closes=f"{format.closes:%H:%M}",
        minutes=format.length // MINUTE,
        notice=format.notice // MINUTE,
        people=format.people,
        best=[f"{first:%H:%M}-{last:%H:%M}" for first, last in format.best],
    )


def changed(changes: Sequence[Change]) -> list[pb.Session]:
    """The first thousand sessions of changes, as they are now."""
    return [session_message(change.session) for change in changes[:SHOWN]]


def version_message(version: Version) -> service.SessionVersion:
    """A session as it once was."""
    return service.SessionVersion(
        version=version.version,
        state=STATES[version.state],
        place_name=version.place_name,
        during=interval_message(version.during) if version.during else None,
        reason=version.reason,
        saved_at=timestamp(version.saved_at),
    )


def talk(message: pb.Talk, number: int) -> Talk:
    """The `number`th talk of a request."""
    field = f"talks[{number}]"
    speakers = tuple(parse_id(text, f"{field}.speaker_ids[{i}]") for i, text in enumerate(message.speaker_ids))
    return Talk(message.id, message.title, message.room, interval(message.during, f"{field}.during"), speakers)


def offer_message(spot: Spot) -> service.Offer:
    """A spot as people see it: without the table's number."""
    return service.Offer(place_id=str(spot.place.id), place_name=spot.place.name, during=interval_message(spot.during))


def now_offer_message(offer: NowOffer) -> service.NowOffer:
    """Whom somebody could meet now."""
    people = [str(attendee_id) for attendee_id in offer.attendee_ids]
    session_id = str(offer.session.id) if offer.session else ""
    return service.NowOffer(session_id=session_id, attendee_ids=people, offer=offer_message(offer.spot))


def outcome(value: int) -> State:
    """The state an outcome leads to."""
    if value not in OUTCOMES:
        raise Invalid("outcome", "the outcome is missing; say whether the session was held or missed")
    return OUTCOMES[value]  # type: ignore[index]
