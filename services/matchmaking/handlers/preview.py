"""Tries out other weights and budgets on a conference's picture; nothing is written of it but counts."""

from collections import Counter
from dataclasses import replace

from services.matchmaking.domain.learning import Learned
from services.matchmaking.domain.preview import Outlook, Trial
from services.matchmaking.engine.model import Person, Problem
from services.matchmaking.engine.solve import solve
from services.matchmaking.handlers.ports import Picture
from services.matchmaking.handlers.signals import signals


def try_out(picture: Picture, trial: Trial) -> tuple[Outlook, Outlook]:
    """What would be suggested with what counts at present, and with the trial. Computes for as long as it takes.

    As if nobody had been suggested anything, answered or excluded anybody: what people did not want has no part in
    it, so that no count tells of it (promise 2). Only who both know that they met are left out."""
    plain = replace(picture, spent=set(picture.met))
    lesson = picture.past.lesson
    learned = lesson.learned if lesson else Learned()
    tried = learned._replace(**{str(signal): weight for signal, weight in trial.weights.items()})
    return _outlook(plain, learned, None), _outlook(plain, tried, trial.budget)


def _outlook(picture: Picture, learned: Learned, budget: int | None) -> Outlook:
    strength = signals(picture, learned)
    people = [Person(s.budget if budget is None else budget, 0, s.interests) for s in picture.seekers]
    chosen = solve(Problem(people, strength.ties(), picture.spent, strength))
    times = Counter(person for candidate in chosen for person in (candidate.a, candidate.b))
    return Outlook(
        people=len(people),
        reached=len(times),
        most=max(times.values(), default=0),
        by_route=dict(sorted(Counter(candidate.route for candidate in chosen).items())),
    )
