"""What the checks look at."""

from dataclasses import dataclass
from typing import Any

from tests.chaos.clients import Client
from tests.chaos.journal import Journal
from tests.chaos.read import Topics


@dataclass
class Evidence:
    """All that a check may look at; ``databases`` are connections by service."""

    journal: Journal
    clients: list[Client]
    databases: dict[str, Any]
    topics: Topics
    poison: list["Injected"]
    complete: bool = True  # the topics hold everything ever sent


@dataclass(frozen=True)
class Injected:
    """A poison record: the groups that must set it aside."""

    fault: str
    topic: str
    partition: int
    fingerprint: str
    groups: tuple[str, ...]
