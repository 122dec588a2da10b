"""Reads and writes what bench/matching is given and gives: candidate pairs, budgets, pairs, as CSV with a header."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np

from services.matchmaking.engine.pairing.graph import Flags
from services.matchmaking.engine.pairing.market import Market

T = TypeVar("T")


def read_market(edges: Path, budgets: Path | None, budget: int, floor: float) -> tuple[list[str], Market]:
    """People's names in order of first appearance, and the market.

    edges: a,b,weight (a pair given twice counts once, with its greatest weight); budgets: person,budget, for whom
    ``budget`` is not meant.
    """
    at: dict[str, int] = {}
    best: dict[tuple[int, int], float] = {}
    for line, row in _rows(edges, ("a", "b", "weight")):
        a, b = (at.setdefault(row[end], len(at)) for end in ("a", "b"))
        weight = _number(edges, line, row, "weight", float)
        if a == b:
            raise SystemExit(f"{edges}, line {line}: {row['a']} is paired with themselves; take the line out")
        key = (min(a, b), max(a, b))
        best[key] = max(weight, best.get(key, weight))
    own = {}
    for line, row in _rows(budgets, ("person", "budget")) if budgets else ():
        own[at.setdefault(row["person"], len(at))] = _number(budgets, line, row, "budget", int)
    ends = np.array(list(best), np.int32).reshape(-1, 2)
    places = np.array([own.get(person, budget) for person in range(len(at))], np.int64)
    weights = np.array(list(best.values()), np.float64)
    ones, others = np.ascontiguousarray(ends[:, 0]), np.ascontiguousarray(ends[:, 1])
    return list(at), Market(ones, others, weights, places, np.full(len(at), floor))


def write_pairs(path: Path, names: list[str], market: Market, taken: Flags) -> None:
    """a,b,weight of each pair, the heaviest first."""
    chosen = np.flatnonzero(taken)
    chosen = chosen[np.argsort(-market.weight[chosen], kind="stable")]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("a", "b", "weight"))
        for k in chosen:
            writer.writerow((names[market.a[k]], names[market.b[k]], repr(float(market.weight[k]))))


def write_edges(path: Path, market: Market) -> None:
    """A market's candidate pairs, people named by their numbers."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("a", "b", "weight"))
        writer.writerows(zip(market.a.tolist(), market.b.tolist(), market.weight.tolist(), strict=True))


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise SystemExit(f"{path}: the first line has to name the columns {', '.join(columns)}; missing: {missing}")
        for row in reader:
            if any(row[column] is None for column in columns):
                raise SystemExit(f"{path}, line {reader.line_num}: fewer columns than the first line names")
            yield reader.line_num, row


def _number(path: Path | None, line: int, row: dict[str, str], column: str, kind: Callable[[str], T]) -> T:
    try:
        value = kind(row[column])
    except ValueError:
        raise SystemExit(f"{path}, line {line}: {column} is {row[column]!r}, which is no number") from None
    if not 0 <= float(value) < 1e15:  # type: ignore[arg-type]
        raise SystemExit(f"{path}, line {line}: {column} is {row[column]}; it has to be 0 or more")
    return value
