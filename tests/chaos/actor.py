"""What every client has: its own people, what it was told about them, and how it asks."""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hallway.scheduling.v1 import scheduling_pb2 as session_pb

from tests.chaos.transport import Transport


@dataclass
class Person:
    """An attendee as the answers to this client's commands say it must be."""

    ticket: str
    name: str
    email: str
    id: str = ""
    state: str = "registered"
    interests: tuple[str, ...] = ()


@dataclass
class Actor:
    """``people`` and ``counts`` are what was acknowledged."""

    number: int
    slug: str
    conference_id: str
    transport: Transport
    rng: random.Random
    people: list[Person] = field(default_factory=list)
    counts: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)  # actor, target, kind, month
    answers: dict[tuple[str, str], str] = field(default_factory=dict)  # suggestion, attendee
    matched: set[str] = field(default_factory=set)
    exclusions: set[tuple[str, str]] = field(default_factory=set)
    sessions: list[session_pb.Session] = field(default_factory=list)  # as replies by gRPC told
    shown: list[dict[str, Any]] = field(default_factory=list)  # and by HTTP
    made: int = 0

    def _one(self, *states: str) -> Person | None:
        here = [p for p in self.people if p.id and p.state in states]
        return self.rng.choice(here) if here else None

    async def _ask(self, service: str, stub: type[Any], method: str, request: Any) -> Any:
        return await self.transport.ask(service, stub, method, request, self.rng)
