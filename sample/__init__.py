"""A made-up community of 240 attendees and their archives, the same for the same seed and day."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

from sample.chat import write_logs
from sample.mail import write_mbox
from sample.people import Person, make_people, make_ties, profile
from sample.programme import VENUE, talks

__all__ = ["Sample", "generate", "next_tuesday"]

TUESDAY = 1
JOINING = 0.85  # share of those who register that say yes to networking right there
REGISTRATIONS = ("ticket", "name", "email", "handles", "interests", "formats", "budget", "joined")
TALKS = ("id", "title", "room", "starts", "ends", "speaker_emails")
PLACES = ("name", "capacity", "seats", "formats", "opens", "closes")


@dataclass(frozen=True, slots=True)
class Sample:
    """The files of a sample by their path in its folder, and the two days of the conference."""

    days: tuple[date, date]
    files: dict[str, bytes]

    def write(self, folder: Path) -> None:
        """Write every file below `folder`, which is made if it is not there."""
        for path, content in self.files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def next_tuesday(after: date) -> date:
    """The first Tuesday after the given day."""
    return after + timedelta(days=(TUESDAY - after.weekday() - 1) % 7 + 1)


def generate(seed: int = 1, first_day: date | None = None) -> Sample:
    """The sample of a seed for a conference on `first_day` and the day after; the default is next Tuesday."""
    first = first_day or next_tuesday(datetime.now(UTC).date())
    random, days = Random(seed), (first, first + timedelta(days=1))
    people = make_people(random)
    ties = make_ties(random, people)
    files = {
        "registrations.csv": _table(REGISTRATIONS, _registrations(random, people)),
        "talks.csv": _table(TALKS, talks(random, people, days)),
        "venue.csv": _table(PLACES, VENUE),
        "packaging-list.mbox": write_mbox(random, people, ties, datetime.combine(first, time(), UTC)),
        **write_logs(random, people, ties, first),
    }
    return Sample(days, files)


def _registrations(random: Random, people: list[Person]) -> Iterable[tuple[str, ...]]:
    attending = [person for person in people if person.attends]
    random.shuffle(attending)  # in the order of registration, which tells nothing
    for number, person in enumerate(attending, 1001):
        handles = [f"irc:{person.nick}"] if person.nick else []
        handles += [f"mailto:{person.email}"] if person.mails else []
        interests, formats, budget = profile(random, person)
        row = (f"PK-{number}", person.name, person.email, " ".join(handles))
        joined = "yes" if random.random() < JOINING else "no"
        yield (*row, ";".join(interests), ";".join(formats), str(budget), joined)


def _table(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
