"""A conference: a gathering with dates and a time zone."""

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from services.attendee.domain.text import Problems, shown
from services.kit.errors import Invalid

LONGEST_DAYS = 60
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Conference:
    """Dates are days in `time_zone` (an IANA name), `ends_on` included; `series` may be empty."""

    id: UUID
    slug: str
    name: str
    time_zone: str
    starts_on: date
    ends_on: date
    series: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class ConferencePlan:
    """A conference as asked for: dates still text."""

    slug: str
    name: str
    time_zone: str
    starts_on: str
    ends_on: str
    series: str


def plan_conference(plan: ConferencePlan, conference_id: UUID) -> Conference:
    """The conference asked for; raises Invalid with everything that is wrong with it."""
    problems = Problems()
    slug = problems.text("slug", plan.slug, 60)
    if slug and not _SLUG.fullmatch(slug):
        problems.add("slug", f"slug {shown(slug)} may hold a-z, 0-9 and single hyphens between them")
    name = problems.text("name", plan.name, 200)
    series = problems.text("series", plan.series, 60) if plan.series.strip() else ""
    _check_time_zone(plan.time_zone, problems)
    starts_on, ends_on = (_day(field, getattr(plan, field), problems) for field in ("starts_on", "ends_on"))
    if starts_on and ends_on and not 0 <= (ends_on - starts_on).days < LONGEST_DAYS:
        problems.add("ends_on", f"ends_on must be 0 to {LONGEST_DAYS - 1} days after starts_on")
    if problems.found or not starts_on or not ends_on:
        raise Invalid.all(problems.found)
    return Conference(conference_id, slug, name, plan.time_zone, starts_on, ends_on, series)


def _check_time_zone(name: str, problems: Problems) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: a folder of the database such as "Europe"
        problems.add("time_zone", f"time_zone {shown(name)} is not an IANA name such as Europe/Berlin")


def _day(field: str, text: str, problems: Problems) -> date | None:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:  # such as 2026-02-30
        pass
    problems.add(field, f"{field} {shown(text)} is not a day written YYYY-MM-DD")
    return None
