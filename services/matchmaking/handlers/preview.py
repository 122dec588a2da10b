"""Tries out other weights and budgets on a conference's picture; nothing is written of it but counts."""

from collections import Counter
from dataclasses import replace

from services.matchmaking.domain.learning import Learned
from services.matchmaking.domain.preview import Outlook, Trial
from services.matchmaking.domain.suggestion import Route
from services.matchmaking.engine.model import Person, Problem
from services.matchmaking.engine.solve import propose
from services.matchmaking.handlers.plan import willing
from services.matchmaking.handlers.ports import Picture
from services.matchmaking.handlers.signals import signals


def try_out(picture: Picture, trial: Trial) -> tuple[Outlook, Outlook]:
    """What would be suggested with what counts at present, and with the trial. Computes for as long as it takes.

    As if nobody had been suggested anything, answered or excluded anybody: what people did not want has no part in
    it, so that no count tells of it (promise 2). Only who both know that they met are left out."""
    seekers = [replace(seeker, seated=False) for seeker in picture.seekers]
    plain = replace(picture, seekers=seekers, spent=set(picture.met))
    lesson = picture.past.lesson
    learned = lesson.learned if lesson else Learned()
    tried = learned._replace(**{str(signal): weight for signal, weight in trial.weights.items()})
    return _outlook(plain, learned, None), _outlook(plain, tried, trial.budget)


def _outlook(picture: Picture, learned: Learned, budget: int | None) -> Outlook:
    strength = signals(picture, learned)
    people = [Person(s.budget if budget is None else budget, 0, s.interests) for s in picture.seekers]
    tables, pairs = propose(Problem(people, strength.ties(), picture.spent, strength), willing(picture.seekers))
    times = Counter(person for candidate in pairs for person in (candidate.a, candidate.b))
    times.update(person for table in tables for person in table.people)
    routes = Counter(candidate.route for candidate in pairs) + Counter({str(Route.TABLE): len(tables)})
    return Outlook(
        people=len(people),
        reached=len(times),
        most=max(times.values(), default=0),
        by_route=dict(sorted(routes.items())),
    )
