"""The first scene of the demo: a dozen pairs who have both said yes, some who wait, and one pair left for you."""

from dataclasses import dataclass
from random import Random
from typing import Any

from cli.connection import Conference
from cli.errors import CommandError

BOTH, ONE_SIDE = 12, 8
ASKED = 120  # people whose suggestions are looked at


@dataclass(frozen=True)
class Scene:
    """Who is left to you: the ids of two people suggested to each other; and how many pairs matched."""

    pages: list[str]
    matches: int


def play(at: Conference, seed: int = 1) -> Scene:
    """Answers for them."""
    pairs = _apart(_pairs(at))
    if not pairs:
        raise CommandError("no two people were suggested to each other because they talk online; see the log above")
    left, others = pairs[0], pairs[1:]
    Random(seed).shuffle(others)
    for number, pair in enumerate(others[: BOTH + ONE_SIDE]):
        for person in pair["attendees"][: 2 if number < BOTH else 1]:
            at.command("POST", f"/attendees/{person['id']}/suggestions/{pair['id']}/answer", {"answer": "yes"})
    return Scene([person["id"] for person in left["attendees"]], min(BOTH, len(others)))


def is_open(at: Conference, pages: list[str]) -> bool:
    """Whether these two are suggested to each other and have no session yet."""
    met = {session["id"] for session in at.api.pages(at.path("/sessions"), "sessions", attendee=pages[0])}
    return any(
        {person["id"] for person in s["attendees"]} == set(pages) and s["id"] not in met
        for s in at.ask(f"/attendees/{pages[0]}/suggestions")["suggestions"]
    )


def another(at: Conference) -> list[str]:
    """The ids of two others to show, the closest first; empty when everything was answered or has run out."""
    return next(([person["id"] for person in pair["attendees"]] for pair in _pairs(at)), [])


def _pairs(at: Conference) -> list[dict[str, Any]]:
    """Open suggestions of two who talk online and have no session yet, the closest first."""
    met = {session["id"] for session in at.api.pages(at.path("/sessions"), "sessions")}  # has its suggestion's id
    people = [a for a in at.api.pages(at.path("/attendees"), "attendees") if a["state"] == "joined"]
    people.sort(key=lambda a: a["ticket"])
    found = {}
    for person in people[:ASKED]:
        for suggestion in at.ask(f"/attendees/{person['id']}/suggestions")["suggestions"]:
            two = suggestion["route"] == "tie" and len(suggestion["attendees"]) == 2
            if two and suggestion["id"] not in met:
                found[suggestion["id"]] = suggestion
    return sorted(found.values(), key=lambda s: (-_weight(s), sorted(p["name"] for p in s["attendees"])))


def _weight(suggestion: dict[str, Any]) -> int:
    return sum(int(e.get("first_to_second") or 0) + int(e.get("second_to_first") or 0) for e in suggestion["evidence"])


def _apart(suggestions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As many as there are without anybody in two of them."""
    taken: set[str] = set()
    chosen = []
    for suggestion in suggestions:
        ids = {person["id"] for person in suggestion["attendees"]}
        if not ids & taken:
            chosen.append(suggestion)
            taken |= ids
    return chosen
