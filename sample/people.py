"""The people of the sample community: who they are, where they talk, and whom they know."""

import unicodedata
from dataclasses import dataclass
from random import Random

from sample.words import FAMILY, GIVEN, SHARED_INTERESTS, TOPICS

ATTENDEES = 240
OUTSIDERS = 60  # talk in the archives, do not come
SILENT = 18  # come, and are in no archive
UNANSWERED = 11  # wrote now and then, and nobody answered: with SILENT about 12 % without a tie
POPULAR = 5
BRIDGES = 16  # at home in two parts of the community
FORMATS = ("coffee", "lunch", "table", "drink", "walk", "call")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the community; `nick` and `mails` tell where they talk, `topics` where they belong."""

    name: str
    email: str
    nick: str  # "" for who does not chat
    mails: bool
    attends: bool
    answered: bool  # whether anybody ever turned to them, or they to anybody
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tie:
    """Two people who turn to each other, `weight` times as often as a weak tie."""

    one: Person
    other: Person
    weight: float


def make_people(random: Random) -> list[Person]:
    """Attendees first, then outsiders; the first POPULAR attendees are the popular ones."""
    names = [(given, family) for given in GIVEN for family in FAMILY]
    taken: set[str] = set()
    return [
        _person(random, number, given, family, taken)
        for number, (given, family) in enumerate(random.sample(names, ATTENDEES + OUTSIDERS))
    ]


def _person(random: Random, number: int, given: str, family: str, taken: set[str]) -> Person:
    attends = number < ATTENDEES
    silent = attends and number >= ATTENDEES - SILENT
    answered = not (attends and number >= ATTENDEES - SILENT - UNANSWERED)
    where = random.choices(("both", "mail", "chat"), (4, 3, 3))[0] if number >= POPULAR else "both"
    topics = random.sample(list(TOPICS), 2 if number < POPULAR + BRIDGES else 1)
    plain = _ascii(f"{given}.{family}")
    return Person(
        name=f"{given} {family}",
        email=f"{plain}@example.org",
        nick=_nick(random, given, family, taken) if where != "mail" and not silent else "",
        mails=where != "chat" and not silent,
        attends=attends,
        answered=answered and not silent,
        topics=tuple(topics),
    )


def _nick(random: Random, given: str, family: str, taken: set[str]) -> str:
    first, last = _ascii(given), _ascii(family)
    forms = [
        first + last[0],
        first[0] + last,
        last + first[:2],
        f"{first}_{last[:3]}",
        f"{first[:3]}{last[:4]}",
    ]
    random.shuffle(forms)
    nick = next(form for form in [*forms, first + last] if form not in taken)
    taken.add(nick)
    return nick


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def make_ties(random: Random, people: list[Person]) -> list[Tie]:
    """Who turns to whom: mostly within a topic, across it by bridges and by the popular."""
    talking = [person for person in people if person.answered]
    ties: dict[tuple[int, int], Tie] = {}
    for here, person in enumerate(talking):
        near = [n for n, other in enumerate(talking) if n != here and set(person.topics) & set(other.topics)]
        wide = [n for n in range(len(talking)) if n != here]
        circle = random.sample(near, min(len(near), random.choice((2, 3, 3, 4, 6))))
        if here < POPULAR:
            circle += random.sample(wide, 30)
        elif random.random() < 0.25:
            circle.append(random.choice(wide))
        for there in circle:
            pair = (min(here, there), max(here, there))
            if _share_a_place(talking[here], talking[there]):
                ties.setdefault(pair, Tie(talking[pair[0]], talking[pair[1]], random.paretovariate(1.5)))
    return list(ties.values())


def closest(ties: list[Tie]) -> list[Tie]:
    """The strongest tie of everybody, so that nobody who belongs is left out by chance."""
    best: dict[str, Tie] = {}
    for tie in sorted(ties, key=lambda tie: (tie.one.attends and tie.other.attends, tie.weight)):
        best[tie.one.email] = best[tie.other.email] = tie
    return list(dict.fromkeys(best.values()))


def _share_a_place(one: Person, other: Person) -> bool:
    return bool((one.nick and other.nick) or (one.mails and other.mails))


def profile(random: Random, person: Person) -> tuple[list[str], list[str], int]:
    """What a person ticked when registering: interests, formats, attention budget."""
    interests = [word for topic in person.topics for word in random.sample(TOPICS[topic], 2)]
    interests += random.sample(SHARED_INTERESTS, random.choice((0, 1, 1, 2)))
    formats = sorted(random.sample(FORMATS[:5], random.choice((2, 3, 3, 4))), key=FORMATS.index)
    formats += ["call"] if random.random() < 0.15 else []
    return interests, formats, random.choice((2, 3, 3, 3, 4, 5))
