"""What a conference's picture says of who should meet, as the engine takes it: people are positions."""

from collections.abc import Mapping
from uuid import UUID

from services.matchmaking.domain.learning import Learned
from services.matchmaking.engine.model import Pair, ordered
from services.matchmaking.engine.strength import KINDS, OTHER_KIND, Rows, TieStrength, Traits
from services.matchmaking.handlers.ports import Picture

# How long two people who met are taken to have sat together; only the order of magnitude matters.
MET_SECONDS = 1_800.0
INTERESTS = 0  # the number of the one field


def signals(picture: Picture, at: Mapping[UUID, int], learned: Learned) -> tuple[TieStrength, dict[Pair, float]]:
    """The scorer of this conference, and the strength of every tie between people in ``at``."""
    messages = _messages(picture, at)
    met = [(at[a], at[b]) for a, b in picture.met if a in at and b in at]
    strength = TieStrength(
        len(picture.seekers),
        messages,
        Rows([a for a, _ in met], [b for _, b in met], [MET_SECONDS] * len(met)),
        _interests(picture),
        learned=learned,
    )
    scores = strength.of(messages.a, messages.b).probability.tolist()
    return strength, {ordered(a, b): score for a, b, score in zip(messages.a, messages.b, scores, strict=True)}


def _messages(picture: Picture, at: Mapping[UUID, int]) -> Rows:
    rows = Rows([], [], [])
    for (a, b), counts in picture.ties.items():
        # Looked up once each: hashing ids is most of this loop, which runs a million times.
        one, other = at.get(a), at.get(b)
        amount = 0.0
        for count in counts:
            amount += KINDS.get(count.kind, OTHER_KIND) * (count.a_to_b + count.b_to_a)
        if one is not None and other is not None and amount > 0:
            rows.a.append(one)
            rows.b.append(other)
            rows.amount.append(amount)
    return rows


def _interests(picture: Picture) -> Traits:
    numbers: dict[str, int] = {}
    said = [
        (position, numbers.setdefault(interest, len(numbers)))
        for position, seeker in enumerate(picture.seekers)
        for interest in seeker.interests
    ]
    return Traits([person for person, _ in said], [INTERESTS] * len(said), [value for _, value in said])
