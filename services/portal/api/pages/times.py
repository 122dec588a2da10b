"""When an attendee can meet, how many sessions a day, and which talks they want to hear: asked of scheduling."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from hallway.scheduling.v1 import scheduling_pb2
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.kit.errors import Unavailable
from services.portal.api.pages import own, views
from services.portal.api.pages.visit import Visit
from services.portal.domain import free_times, words
from services.portal.domain.free_times import PARTS, Span
from services.portal.domain.language import _

MOST_A_DAY = 50


@dataclass(frozen=True)
class Times:
    """What a form shows: parts of days by their keys, those chosen, wishes, and the talks to choose from."""

    days: list[date]
    parts: dict[str, Span]
    chosen: set[str]
    most_a_day: str
    quiet: bool
    step_free: bool
    starred: set[str]
    break_minutes: int
    talks: list[dict[str, Any]]
    free: list[Span]  # as it was told, which may be finer than parts of days

    @property
    def finer(self) -> bool:
        """Whether other hours than parts of days were told elsewhere."""
        return bool(self.days) and free_times.intervals(self.chosen, self.parts) != self.free

    @property
    def rows(self) -> list[tuple[str, list[tuple[str, str, bool]]]]:
        """Each day in words, with the key, the words and the choice of its parts."""
        return [
            (words.day(day), [(f"{day}-{part}", _(text), f"{day}-{part}" in self.chosen) for part, text, *_h in PARTS])
            for day in self.days
        ]


async def known(person: own.Own) -> Times | None:
    """What they said; None while scheduling does not answer, and nothing is asked then."""
    conference, client = person.visit.conference, person.visit.site.deps.clients.scheduling
    assert conference
    request = scheduling_pb.GetAvailabilityRequest(
        conference_id=str(person.me.conference_id), attendee_id=str(person.me.id)
    )
    try:
        reply = await client.call(client.stub.GetAvailability, request, timeout=own.TIMEOUT)
    except Unavailable:
        return None
    days, wishes = free_times.days(conference.starts_on, conference.ends_on), reply.wishes
    parts, free = free_times.parts(days, person.zone), [_span(interval) for interval in reply.free]
    chosen = free_times.chosen(free, parts)
    return Times(
        days, parts, chosen, str(wishes.most_a_day or ""), wishes.quiet, wishes.step_free, set(wishes.starred),
        wishes.break_minutes, [_talk(person, talk) for talk in reply.talks], free,
    )  # fmt: skip


def typed(visit: Visit, before: Times) -> Times:
    """What the form says instead; what it did not ask stays."""
    asks_talks = bool(visit.value("talks_shown"))
    return Times(
        before.days, before.parts, {key for key in visit.form.get("free", []) if key in before.parts},
        visit.value("most_a_day", 4), bool(visit.value("quiet")), bool(visit.value("step_free")),
        set(visit.form.get("starred", [])) & {talk["id"] for talk in before.talks} if asks_talks else before.starred,
        before.break_minutes, before.talks, before.free,
    )  # fmt: skip


async def save(person: own.Own, wanted: Times, before: Times) -> list[str]:
    """What is wrong with it, in words; nothing when it is saved."""
    if wanted.days and not wanted.chosen:
        return [_("Choose at least one time when you can meet. To meet nobody for now, pause under My profile.")]
    most = wanted.most_a_day or "0"
    if not most.isascii() or not most.isdigit() or int(most) > MOST_A_DAY:
        return [_("Most sessions a day: write a number up to 50, or leave it empty.")]
    client = person.visit.site.deps.clients.scheduling
    same = wanted.chosen == before.chosen  # then finer hours stay
    free = before.free if same else free_times.intervals(wanted.chosen, wanted.parts)
    request = scheduling_pb.SetAvailabilityRequest(
        conference_id=str(person.me.conference_id), attendee_id=str(person.me.id),
        free=[scheduling_pb2.Interval(starts_at=_stamp(starts), ends_at=_stamp(ends)) for starts, ends in free],
        wishes=scheduling_pb2.Wishes(
            break_minutes=wanted.break_minutes, most_a_day=int(most), quiet=wanted.quiet,
            step_free=wanted.step_free, starred=sorted(wanted.starred),
        ),
    )  # fmt: skip
    await client.call(client.stub.SetAvailability, request, timeout=own.TIMEOUT)
    return []


def _talk(person: own.Own, talk: scheduling_pb2.Talk) -> dict[str, Any]:
    starts, ends = _span(talk.during)
    day, hours = views.when(starts, ends, person.zone)
    return {"id": talk.id, "title": talk.title, "where": f"{day}, {hours}" + (f" · {talk.room}" if talk.room else "")}


def _span(interval: scheduling_pb2.Interval) -> Span:
    return interval.starts_at.ToDatetime(UTC), interval.ends_at.ToDatetime(UTC)


def _stamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
