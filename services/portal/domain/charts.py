"""Figures of a conference that are drawn: each is a table first, and the chart is drawn from the table."""

from dataclasses import dataclass

Cell = str | int


@dataclass(frozen=True, slots=True)
class Chart:
    """``kind``: bars (the last column by the first) or heat (a column for each place, a row for each hour)."""

    name: str
    kind: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str
    unit: str = ""
