"""The sample conference's two days of talks, and the places where people can meet."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from sample.people import Person
from sample.words import TALK_TITLES, THINGS

ROOMS = ("Great Hall", "Library", "Workshop")
STARTS = (time(9, 30), time(10, 30), time(11, 30), time(14, 0), time(15, 0), time(16, 15))
LENGTH = timedelta(minutes=45)

VENUE = (
    # name, sessions at once, seats in each, formats, opens, closes
    ("Coffee corner, ground floor", 5, 4, "coffee", "08:30", "18:00"),
    ("Coffee corner, gallery", 4, 4, "coffee", "09:00", "17:30"),
    ("Lunch hall", 12, 8, "lunch", "12:00", "14:00"),
    ("Table room", 6, 8, "table;call", "09:00", "18:00"),
    ("Bar by the river", 8, 6, "drink", "17:00", "23:00"),
    ("Walk around the pond", 6, 4, "walk", "08:00", "19:00"),
)


def talks(random: Random, people: list[Person], days: tuple[date, date]) -> Iterator[tuple[str, ...]]:
    """Rows of talks.csv: a keynote each morning, then three rooms at a time; nobody speaks twice."""
    speakers = random.sample([person for person in people if person.attends], 60)
    titles = [title.format(thing=thing) for title in TALK_TITLES for thing in THINGS]
    wanted = iter(random.sample(titles, 40))
    number = 0
    for day in days:
        for start in STARTS:
            for room in ROOMS[:1] if start == STARTS[0] else ROOMS:
                number += 1
                given_by = [speakers.pop() for _ in range(2 if random.random() < 0.2 else 1)]
                title = next(wanted)
                yield _talk(
                    f"T{number:02}",
                    title[0].upper() + title[1:],
                    room,
                    datetime.combine(day, start),
                    given_by,
                )


def _talk(id_: str, title: str, room: str, starts: datetime, speakers: list[Person]) -> tuple[str, ...]:
    ends = starts + LENGTH
    emails = ";".join(speaker.email for speaker in speakers)
    return id_, title, room, f"{starts:%Y-%m-%d %H:%M}", f"{ends:%Y-%m-%d %H:%M}", emails
