"""The venue and the talks of a conference, as organizers hand them over in CSV files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.kit.errors import Invalid, Problem
from services.portal.domain import table
from services.portal.domain.table import Line

VENUE = ("name", "capacity", "seats", "formats", "opens", "closes")
VENUE_OPTIONAL = ("building", "quiet", "step_free", "closed", "time_zone")
TALKS = ("id", "title", "room", "starts", "ends", "speaker_emails")
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Place:
    """A table, room or corner; opens and closes are HH:MM local, capacity counts sessions, seats people.

    closed: from when to when (in UTC) it is not open after all. time_zone: of its own clock; empty: the conference's.
    """

    name: str
    capacity: int
    seats: int
    formats: tuple[str, ...]
    opens: str
    closes: str
    building: str = ""
    quiet: bool = False
    step_free: bool = False
    closed: tuple[tuple[datetime, datetime], ...] = ()
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk; row is the line of the file or the index of the request, times are in UTC."""

    row: int
    id: str
    title: str
    room: str
    starts_at: datetime
    ends_at: datetime
    speaker_emails: tuple[str, ...]


def venue_from_csv(content: bytes, zone: ZoneInfo) -> list[Place]:
    """The places of a venue.csv, whose times go by the place's clock. Raises Invalid naming every line to mend."""
    problems: list[Problem] = []
    places = [_place(line, zone, problems) for line in table.read(content, VENUE, VENUE_OPTIONAL)]
    if problems:
        raise Invalid.all(problems[: table.PROBLEMS])
    return places


def _place(line: Line, zone: ZoneInfo, problems: list[Problem]) -> Place:
    cells = line.cells
    own = _own_zone(line, problems)
    return Place(
        cells["name"],
        _number(line, "capacity", problems),
        _number(line, "seats", problems),
        _list(cells["formats"]),
        cells["opens"],
        cells["closes"],
        cells.get("building", ""),
        _flag(line, "quiet", problems),
        _flag(line, "step_free", problems),
        tuple(_closed(line, own or zone, problems)),
        own.key if own else "",
    )


def _own_zone(line: Line, problems: list[Problem]) -> ZoneInfo | None:
    try:
        return own_zone(line.cells.get("time_zone", ""))
    except ValueError as error:
        problems.append(Problem("time_zone", f"line {line.number}: {error}", line.number))
        return None


def own_zone(name: str) -> ZoneInfo | None:
    """The zone of a place's own clock, None where the name is empty; raises ValueError in words for people."""
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError("time_zone is an IANA name like Europe/Lisbon, or empty for the conference's") from None


def _closed(line: Line, zone: ZoneInfo, problems: list[Problem]) -> Iterator[tuple[datetime, datetime]]:
    for stretch in _list(line.cells.get("closed", "")):
        starts, _, ends = stretch.partition("/")
        starts_at, ends_at = local(starts.strip(), zone), local(ends.strip(), zone)
        if starts_at and ends_at and starts_at < ends_at:
            yield starts_at, ends_at
        else:
            hint = "closed is like 2027-05-14 12:00/2027-05-14 13:00, several with ; between them"
            problems.append(Problem("closed", f"line {line.number}: {hint}", line.number))


def _flag(line: Line, field: str, problems: list[Problem]) -> bool:
    text = line.cells.get(field, "").lower()
    if text not in ("", "yes", "no"):
        problems.append(Problem(field, f"line {line.number}: {field} is yes, no or empty", line.number))
    return text == "yes"


def _number(line: Line, field: str, problems: list[Problem]) -> int:
    text = line.cells[field]
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _MOST:
        return int(text[:9])
    problems.append(Problem(field, f"line {line.number}: {field} is a number from 1 to {_MOST}", line.number))
    return 1


def talks_from_csv(content: bytes, zone: ZoneInfo) -> list[Talk]:
    """The talks of a talks.csv, whose times are local. Raises Invalid naming every line to mend."""
    problems: list[Problem] = []
    talks = [_talk(line, zone, problems) for line in table.read(content, TALKS)]
    if problems:
        raise Invalid.all(problems[: table.PROBLEMS])
    return talks


def _talk(line: Line, zone: ZoneInfo, problems: list[Problem]) -> Talk:
    cells = line.cells
    times = []
    for field in ("starts", "ends"):
        moment = local(cells[field], zone)
        if moment is None:
            message = f"line {line.number}: {field} is a local time like 2027-05-14 09:30"
            problems.append(Problem(field, message, line.number))
        times.append(moment or datetime.min.replace(tzinfo=UTC))
    emails = tuple(cells["speaker_emails"].replace(";", " ").split())
    return Talk(line.number, cells["id"], cells["title"], cells["room"], times[0], times[1], emails)


def local(text: str, zone: ZoneInfo) -> datetime | None:
    """A moment in UTC: ISO 8601 with an offset as it is, without one in the conference's zone; None if neither."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())
