"""What the clients asked and were told: the record that everything else is held against."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

QUIET = "no fault"


@dataclass
class Op:
    """One command: under one request id, however often it was sent. ``answer``: acknowledged, refused or unknown."""

    kind: str
    request_id: str
    fault: str
    answer: str = "unknown"
    reply: Any = None
    tries: int = 0
    why: str = ""  # the last refusal or failure


@dataclass(frozen=True)
class Finding:
    """Something that must not be. ``kind``: lost, doubled or wrong."""

    kind: str
    what: str
    fault: str = QUIET


@dataclass
class Journal:
    """Filled by all clients; ``fault`` names what the nemesis does now."""

    fault: str = QUIET
    ops: list[Op] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    injected: Counter[str] = field(default_factory=Counter)
    recovery: dict[str, list[float]] = field(default_factory=dict)
    skipped: dict[str, list[str]] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def op(self, kind: str, request_id: str) -> Op:
        """Notes a command before it is sent."""
        op = Op(kind, request_id, self.fault)
        self.ops.append(op)
        return op

    def found(self, kind: str, what: str, fault: str | None = None) -> None:
        """Notes something that must not be."""
        self.findings.append(Finding(kind, what, fault or self.fault))

    def skip(self, fault: str, why: str) -> None:
        """Notes a fault that was not, or not fully, injected."""
        self.skipped.setdefault(fault, []).append(why)

    def recovered(self, fault: str, seconds: float) -> None:
        """Notes how long it took after a fault until a command was acknowledged and seen everywhere."""
        self.recovery.setdefault(fault, []).append(seconds)
