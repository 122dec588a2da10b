"""Of several states of the same thing, only the newest matters."""

from collections.abc import Iterable
from typing import Protocol, TypeVar
from uuid import UUID


class Versioned(Protocol):
    """Something whose later states have higher versions."""

    @property
    def id(self) -> UUID: ...
    @property
    def version(self) -> int: ...


T = TypeVar("T", bound=Versioned)


def newest(states: Iterable[T]) -> list[T]:
    """One state for each id, that with the highest version."""
    latest: dict[UUID, T] = {}
    for state in states:
        if state.id not in latest or latest[state.id].version < state.version:
            latest[state.id] = state
    return list(latest.values())
