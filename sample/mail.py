"""The sample community's mailing list as an mbox, with the flaws that real archives have."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from random import Random

from sample.people import Person, Tie, closest
from sample.words import ANSWERS, CLOSERS, QUESTIONS, THINGS

MAILS = 1_500
LIST = "packaging-list@example.org"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; `references` are the ids of its thread, oldest first, its parent last."""

    sent: datetime
    sender: Person
    id: str
    references: tuple[str, ...]
    subject: str
    body: str


def write_mbox(random: Random, people: list[Person], ties: list[Tie], until: datetime) -> bytes:
    """About MAILS mails of the year and a half before `until`, in the order they were sent."""
    mailing = [tie for tie in ties if tie.one.mails and tie.other.mails]
    mails = [_post(random, person, until) for person in people if _writes_in_vain(person) for _ in range(2)]
    for tie in closest([tie for tie in mailing if not (tie.one.nick and tie.other.nick)]):
        mails += _thread(random, tie, mailing, until)
    while len(mails) < MAILS:
        tie = random.choices(mailing, [tie.weight for tie in mailing])[0]
        mails += _thread(random, tie, mailing, until)
    mails.sort(key=lambda mail: (mail.sent, mail.id))
    return "".join(_written(random, mail) for mail in mails).encode()


def _writes_in_vain(person: Person) -> bool:
    return person.mails and not person.answered


def _post(random: Random, person: Person, until: datetime) -> Mail:
    sent = until - timedelta(minutes=random.randrange(60, 540 * 24 * 60))
    thing = random.choice(THINGS)
    return Mail(sent, person, _id(random), (), _subject(thing), random.choice(QUESTIONS).format(thing=thing))


def _thread(random: Random, tie: Tie, ties: list[Tie], until: datetime) -> list[Mail]:
    """One question and its answers: the turns of a tie, which others who know one of the two may join."""
    two = random.sample([tie.one, tie.other], 2)
    others = [_partner(near, person) for near in ties for person in two if person in (near.one, near.other)]
    mails = [_post(random, two[0], until)]
    for turn in range(random.choice((1, 2, 2, 3, 4, 5, 7, 9))):
        parent = mails[-1] if random.random() < 0.8 else random.choice(mails)
        joins = turn > 0 and random.random() < 0.3
        writer = random.choice(others) if joins else two[1] if parent.sender is two[0] else two[0]
        if writer is not parent.sender:
            mails.append(_answer(random, writer, parent))
    return [mail for mail in mails if mail.sent < until]


def _partner(tie: Tie, person: Person) -> Person:
    return tie.other if tie.one is person else tie.one


def _answer(random: Random, writer: Person, parent: Mail) -> Mail:
    sent = parent.sent + timedelta(minutes=random.randrange(4, 2_000))
    text = random.choice(ANSWERS).format(thing=random.choice(THINGS))
    body = f"{text}\n{random.choice(CLOSERS)}" if random.random() < 0.4 else text
    subject = parent.subject if parent.subject.startswith("Re: ") else f"Re: {parent.subject}"
    return Mail(sent, writer, _id(random), (*parent.references, parent.id), subject, body)


def _written(random: Random, mail: Mail) -> str:
    """The mail as one of several mail programs and archives would have left it."""
    own, answered = f"<{mail.id}>", [f"<{id_}>" for id_ in mail.references[-8:]]
    head = [f"From {mail.sender.email} {mail.sent:%a %b} {mail.sent.day:2} {mail.sent:%H:%M:%S %Y}"]
    head += _sender(random, mail.sender)
    head += [f"To: {LIST}", f"Date: {format_datetime(mail.sent)}", f"Subject: {mail.subject}"]
    head += [f"Message-ID: {own}"] if random.random() > 0.005 else []
    if answered:
        head += [f"In-Reply-To: {answered[-1]}"] if random.random() > 0.06 else []
        head += ["References: " + "\n\t".join(answered)]
    return "\n".join(head) + f"\n\n{mail.body}\n\n-- \n{mail.sender.name}\n\n"


def _sender(random: Random, person: Person) -> list[str]:
    luck = random.random()
    if luck < 0.06:
        return [f"From: {person.email.replace('@', ' at ')} ({person.name})"]
    if luck < 0.10:
        return [f"From: {person.name} via packaging-list <{LIST}>", f"Reply-To: {person.email}"]
    if luck < 0.14:
        return [f"From: {Header(person.name, 'utf-8').encode()} <{person.email}>"]
    return [f"From: {person.name} <{person.email}>"]


def _id(random: Random) -> str:
    return f"{random.getrandbits(64):016x}@mail.example.org"


def _subject(thing: str) -> str:
    return f"A question about {thing}"
