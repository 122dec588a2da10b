"""A conference written down by ids, as the planner's picture of it and the grounds of its reasons."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import numpy as np

from services.matchmaking.domain.facts import Source, Tie, TieCount
from services.matchmaking.domain.suggestion import Suggestion
from services.matchmaking.engine.graph import Edges
from services.matchmaking.handlers.plan import Plan, make_plan
from services.matchmaking.handlers.ports import Grounds, Picture, Seeker, TieRows
from services.matchmaking.handlers.reasons import Reasoned, give_reasons
from tests.matchmaking import NOW

HERE = UUID(int=100)
Pair = tuple[UUID, UUID]


def edges(people: int, weights: Mapping[tuple[int, int], float]) -> Edges:
    """Pairs of positions with weights."""
    pairs = sorted(weights)
    a, b = (np.array([pair[end] for pair in pairs], np.int64) for end in (0, 1))
    return Edges(people, a, b, np.array([weights[pair] for pair in pairs], np.float64))


@dataclass(frozen=True)
class World:
    """Who is there and what is known of them; ``open_on_ties``: suggestions about which there is news."""

    seekers: Sequence[Seeker] = ()
    ties: Mapping[Pair, Sequence[TieCount]] = field(default_factory=dict)
    sources: Mapping[UUID, Source] = field(default_factory=dict)
    spent: Sequence[Pair] = ()
    met: Sequence[Pair] = ()
    open_on_ties: Sequence[Suggestion] = ()
    hidden: bool = False

    def picture(self) -> Picture:
        """As the store reads it."""
        at = {seeker.id: position for position, seeker in enumerate(self.seekers)}

        def here(pairs: Sequence[Pair]) -> list[tuple[int, int]]:
            return [(at[a], at[b]) for a, b in pairs if a in at and b in at]

        amounts = {pair: Tie(pair[0], HERE, *pair, tuple(counts), 1).amount for pair, counts in self.ties.items()}
        known = [(*positions, amounts[pair]) for pair in self.ties for positions in here([pair]) if amounts[pair] > 0]
        ties = TieRows(*zip(*known, strict=True)) if known else TieRows()
        return Picture(HERE, None, self.seekers, ties, set(here(self.spent)), here(self.met))

    def grounds(self) -> Grounds:
        """As the store reads them."""
        return Grounds(self.ties, self.sources, self.hidden, self.open_on_ties)

    def plan(self, new_id: Callable[[], UUID] = lambda: UUID(int=7), now: datetime = NOW) -> Plan:
        """What the solver comes to, without reasons."""
        return make_plan(self.picture(), now, 72, new_id)

    def reasoned(self, new_id: Callable[[], UUID] = lambda: UUID(int=7)) -> Reasoned:
        """What is written of it."""
        return give_reasons(self.plan(new_id).new, self.seekers, self.grounds())
