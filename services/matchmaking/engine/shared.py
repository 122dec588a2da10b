"""What people have in common of what they say about themselves: rare values count, common ones hardly."""

from collections.abc import Iterator
from re import findall
from typing import Any

import numpy as np

from services.matchmaking.engine.graph import Edges, Floats, Ints, add_up

# Never compared: traits nobody is to be chosen by, and what stands for them. The first are refused wherever a field's
# name has them as a word (age_group), the others as the whole name (a programming language is no origin).
WORDS = frozenset({"age", "disability", "ethnicity", "gender", "nationality", "pronouns", "race", "religion", "sex"})
NAMES = frozenset(
    (
        "birthdate", "birthday", "birthyear", "citizenship", "country", "dateofbirth", "language", "nativelanguage",
        "sexualorientation",
    )
)  # fmt: skip
# A pair's fields together count at most this much, however many fields a registration form has.
MOST = 2.0
# The rarest values come first, as far as this many pairs, or this many a person: a common value would make
# everybody everybody's neighbour, and says next to nothing.
PAIRS, PAIRS_A_PERSON = 1_000_000, 20


def is_protected(field: str) -> bool:
    """Whether a field must not be used, by its name, however it is written."""
    words = findall("[a-z]+", field.lower())
    return "".join(words) in NAMES or not WORDS.isdisjoint(words)


def shared(people: int, person: Any, field: Any, value: Any) -> Edges:
    """How much pairs share, from rows (position, field number, value number); a value belongs to one field.

    A value's rarity is log(n/h) / log(n) for h holders among the n people who say anything in its field. A pair has
    the squared rarity of the rarest value it shares in each field, as in a product of two tf-idf vectors, added up
    over fields to at most MOST.
    """
    columns = [np.asarray(column, np.int64) for column in (value, person, field)]
    pairs, fields, squares = _pairs(people, np.unique(np.stack(columns, axis=1), axis=0))
    order = np.lexsort((squares, fields, pairs))
    pairs, fields, squares = pairs[order], fields[order], squares[order]
    rarest = np.r_[(pairs[1:] != pairs[:-1]) | (fields[1:] != fields[:-1]), True][: len(pairs)]
    pairs, squares = pairs[rarest], squares[rarest]
    edges = add_up(people, pairs // max(people, 1), pairs % max(people, 1), squares)
    return Edges(people, edges.a, edges.b, np.minimum(edges.weight, MOST))


def _pairs(people: int, rows: Ints) -> tuple[Ints, Ints, Floats]:
    """(a * people + b, field, squared rarity) for each pair and value it shares."""
    found = list(_by_value(people, rows))
    sizes = [len(pairs) for pairs, _, _ in found]
    pairs = np.concatenate([np.empty(0, np.int64), *(pairs for pairs, _, _ in found)])
    fields = np.array([field for _, field, _ in found], np.int64)
    squares = np.array([square for _, _, square in found], np.float64)
    return pairs, np.repeat(fields, sizes), np.repeat(squares, sizes)


def _by_value(people: int, rows: Ints) -> Iterator[tuple[Ints, int, float]]:
    """For each value, rarest first until it is enough: the pairs of its holders, its field, its squared rarity.
    ``rows``: value, person, field, ascending."""
    _, first, holders = np.unique(rows[:, 0], return_index=True, return_counts=True)
    said = {int(field): len(np.unique(rows[rows[:, 2] == field, 1])) for field in np.unique(rows[:, 2])}
    left = max(PAIRS, PAIRS_A_PERSON * people)
    for at in np.argsort(holders, kind="stable"):
        count, field = int(holders[at]), int(rows[first[at], 2])
        left -= count * (count - 1) // 2
        if left < 0:
            return
        if 1 < count < said[field]:
            of = rows[first[at] : first[at] + count, 1]
            one, other = np.triu_indices(count, 1)
            yield of[one] * people + of[other], field, float(np.log(said[field] / count) / np.log(said[field])) ** 2
