"""The sample community's chat as daily IRC logs: talk between people who know each other, and noise."""

from datetime import date, timedelta
from random import Random

from sample.people import Person, Tie, closest
from sample.words import ANSWERS, CLOSERS, QUESTIONS, SHORT, THINGS

DAYS = 24
LINES_A_DAY = 125
WEEKS = 26  # before the conference, over which the days are spread


def write_logs(random: Random, people: list[Person], ties: list[Tie], before: date) -> dict[str, bytes]:
    """File name to content: DAYS days of the half year before the conference."""
    chatting = [tie for tie in ties if tie.one.nick and tie.other.nick]
    alone = [person.nick for person in people if person.nick and not person.answered]
    first = closest(chatting)
    random.shuffle(first)
    ago = sorted(random.sample(range(1, WEEKS * 7), DAYS), reverse=True)
    days = [before - timedelta(days=number) for number in ago]
    return {
        f"chat/{day.isoformat()}.log": _log(random, chatting, first[at::DAYS], alone[at::DAYS])
        for at, day in enumerate(days)
    }


def _log(random: Random, ties: list[Tie], first: list[Tie], alone: list[str]) -> bytes:
    """One day: the given exchanges first, questions nobody answers, and whoever else talks that day."""
    talks = [[f"<{nick}> {_said(random, QUESTIONS)}"] for nick in alone]
    talks += [_talk(random, tie) for tie in first]
    while sum(map(len, talks)) < LINES_A_DAY:
        talks.append(_talk(random, random.choices(ties, [tie.weight for tie in ties])[0]))
    random.shuffle(talks)
    lines, minute = [], 7 * 60
    for talk in talks:
        minute += random.randrange(6, 21)
        for line in talk:
            minute += random.choice((0, 0, 1, 1, 2))
            event = line.startswith("===")
            lines.append(line if event else f"[{minute // 60 % 24:02}:{minute % 60:02}] {line}")
    return ("\n".join(lines) + "\n").encode()


def _talk(random: Random, tie: Tie) -> list[str]:
    """One exchange of two, from the join of the one to the quit of the other."""
    asks, answers = random.sample([tie.one.nick, tie.other.nick], 2)
    host = f"[~{asks}@host-{random.randrange(100, 999)}.example.org]"
    lines = [f"=== {asks} {host} has joined #packaging"] if random.random() < 0.5 else []
    lines.append(f"<{asks}> {answers}: {_said(random, QUESTIONS)}")
    for _ in range(random.choice((1, 1, 2, 3))):
        lines.append(f"<{answers}> {asks}{random.choice(':,')} {_said(random, ANSWERS)}")
        lines.append(f"<{asks}> {random.choice(SHORT)}")
    lines += [f" * {asks} waves"] if random.random() < 0.05 else []
    lines += [f"<{asks}> {random.choice(CLOSERS)} thanks {answers}"] if random.random() < 0.4 else []
    lines += _leaving(random, asks, host) if random.random() < 0.5 else []
    return lines


def _leaving(random: Random, nick: str, host: str) -> list[str]:
    if random.random() < 0.2:
        return [f"=== {nick} is now known as {nick}|away", f"=== {nick}|away is now known as {nick}"]
    return [f"=== {nick} {host} has quit [{random.choice(('bye', 'train', 'lunch'))}]"]


def _said(random: Random, sentences: tuple[str, ...]) -> str:
    sentence = random.choice(sentences).format(thing=random.choice(THINGS))
    return sentence[0].lower() + sentence[1:]
