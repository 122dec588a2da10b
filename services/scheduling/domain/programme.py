"""Talks and availability: when people are busy, when they can meet, and what may be said about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.kit.errors import Invalid, Problem
from services.scheduling.domain.interval import Interval
from services.scheduling.domain.text import line_problem

MAX_TALKS = 5_000
MAX_TEXT = 200
MAX_SPEAKERS = 50
MAX_FREE = 200  # intervals one person may name
MAX_BREAK = 480  # minutes
MAX_A_DAY = 50
MAX_STARRED = 500
LONGEST_TALK = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants of their days: minutes free between sessions, sessions a day (0: any), places, talks."""

    break_minutes: int = 0
    most_a_day: int = 0
    quiet: bool = False
    step_free: bool = False
    starred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """One item of the programme; its speakers are busy during it. `id` is the programme's own key."""

    id: str
    title: str
    room: str
    during: Interval
    speaker_ids: tuple[UUID, ...]


def check_talks(talks: Sequence[Talk]) -> None:
    """Raises Invalid with every problem of the programme, each naming its field (`talks[3].title`)."""
    if len(talks) > MAX_TALKS:
        raise Invalid("talks", f"{len(talks)} talks are too many; give at most {MAX_TALKS}")
    problems: list[Problem] = []
    first_use: dict[str, int] = {}
    for number, talk in enumerate(talks):
        found = _talk_problems(talk)
        if (first := first_use.setdefault(talk.id, number)) != number:
            found.append(("id", f"{talk.id[:MAX_TEXT]!r} is the id of talks[{first}] already; ids are unique"))
        problems += [Problem(f"talks[{number}].{field}", message, number) for field, message in found]
    if problems:
        raise Invalid.all(problems)


def _talk_problems(talk: Talk) -> list[tuple[str, str]]:
    problems = []
    if not talk.id:
        problems.append(("id", "the id is empty; give the programme's own key"))
    for field, text in (("id", talk.id), ("title", talk.title), ("room", talk.room)):
        if problem := line_problem(field, text, MAX_TEXT):
            problems.append((field, problem))
    if talk.during.ends_at <= talk.during.starts_at:
        problems.append(("during.ends_at", "the talk ends before it starts; give an end after its start"))
    elif talk.during.ends_at - talk.during.starts_at > LONGEST_TALK:
        problems.append(("during.ends_at", "longer than 24 hours; give each day's part as a talk of its own"))
    if len(talk.speaker_ids) > MAX_SPEAKERS:
        problems.append(("speaker_ids", f"{len(talk.speaker_ids)} speakers; give at most {MAX_SPEAKERS}"))
    return problems


def check_availability(free: Sequence[Interval]) -> None:
    """Raises Invalid with every interval that is empty or runs backwards."""
    if len(free) > MAX_FREE:
        raise Invalid("free", f"{len(free)} intervals are too many; give at most {MAX_FREE}")
    message = "it ends before it starts; give an end after its start"
    wrong = [number for number, interval in enumerate(free) if interval.ends_at <= interval.starts_at]
    if wrong:
        raise Invalid.all([Problem(f"free[{number}].ends_at", message, number) for number in wrong])


def check_wishes(wishes: Wishes) -> None:
    """Raises Invalid with every wish that cannot be, each naming its field (`wishes.most_a_day`)."""
    problems = []
    if wishes.break_minutes > MAX_BREAK:
        problems.append(Problem("wishes.break_minutes", f"{wishes.break_minutes} minutes; give at most {MAX_BREAK}"))
    if wishes.most_a_day > MAX_A_DAY:
        problems.append(Problem("wishes.most_a_day", f"{wishes.most_a_day} sessions a day; give at most {MAX_A_DAY}"))
    if len(wishes.starred) > MAX_STARRED:
        problems.append(Problem("wishes.starred", f"{len(wishes.starred)} talks; star at most {MAX_STARRED}"))
    for number, talk_id in enumerate(wishes.starred[:MAX_STARRED]):
        if problem := line_problem("id", talk_id, MAX_TEXT):
            problems.append(Problem(f"wishes.starred[{number}]", problem, number))
    if problems:
        raise Invalid.all(problems)
