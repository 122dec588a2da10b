"""What a conference's picture says of who should meet, as the engine takes it: people are positions."""

from services.matchmaking.domain.learning import Learned
from services.matchmaking.engine.strength import Rows, TieStrength, Traits
from services.matchmaking.handlers.ports import Picture

# How long two people who met are taken to have sat together; only the order of magnitude matters.
MET_SECONDS = 1_800.0
INTERESTS = 0  # the number of the one field


def signals(picture: Picture, learned: Learned) -> TieStrength:
    """The scorer of this conference."""
    met = Rows([a for a, _ in picture.met], [b for _, b in picture.met], [MET_SECONDS] * len(picture.met))
    return TieStrength(len(picture.seekers), Rows(*picture.ties), met, _interests(picture), learned=learned)


def _interests(picture: Picture) -> Traits:
    numbers: dict[str, int] = {}
    said = [
        (position, numbers.setdefault(interest, len(numbers)))
        for position, seeker in enumerate(picture.seekers)
        for interest in seeker.interests
    ]
    return Traits([person for person, _ in said], [INTERESTS] * len(said), [value for _, value in said])
