"""What the tie bench is measured against: simple ways to rank pairs, from the same tables."""

import numpy as np

from bench.ranking import Floats
from services.matchmaking.engine.graph import Edges, Graph, Ints, add_up, graph, join, walks
from services.matchmaking.engine.strength import Rows


class Baselines:
    """Scores of pairs by name of the baseline; ties and contacts make one graph for all that counts neighbours."""

    def __init__(self, people: int, messages: Rows, contacts: Rows) -> None:
        self._counts, self._seconds = add_up(people, *messages), add_up(people, *contacts)
        both = graph(join(people, self._counts, self._seconds))
        self._degree = np.diff(both.start).astype(np.float64)
        self._plain = both._replace(weight=np.ones(len(both.weight)))
        self._popular = graph(join(people, _in_means(self._counts), _in_means(self._seconds))).total

    def of(self, a: Ints, b: Ints) -> dict[str, Floats]:
        """Every baseline's scores; contact time only where there are contacts."""
        common = self._over(np.ones(len(self._degree)), a, b)
        either = self._degree[a] + self._degree[b] - common
        found = {
            "random": np.zeros(len(a)),
            "popularity": self._popular[b],
            "count": self._counts.of(a, b),
            "common_neighbours": common,
            "jaccard": common / np.maximum(either, 1.0),
            # A common neighbour has two neighbours at least.
            "adamic_adar": self._over(np.log(np.maximum(self._degree, 2.0)), a, b),
        }
        return {**found, "contact_time": self._seconds.of(a, b)} if len(self._seconds.a) else found

    def _over(self, total: Floats, a: Ints, b: Ints) -> Floats:
        """The sum over common neighbours of 1 / total."""
        return walks(Graph(self._plain.start, self._plain.other, self._plain.weight, total), a, b)


def _in_means(edges: Edges) -> Edges:
    """In units of the mean edge, so that messages and seconds can be added up."""
    return Edges(edges.people, edges.a, edges.b, edges.weight / edges.weight.mean()) if len(edges.a) else edges
