"""What can go wrong on the command line, each told in words without a stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SHOWN = 20  # of the things to mend in one answer


class CommandError(Exception):
    """The message says what was wrong and what to do; the command exits with 1."""


@dataclass(frozen=True)
class Mend:
    """One thing to mend: in which row of the file, or of the request, and which field."""

    message: str
    field: str = ""
    row: int | None = None


class Refused(CommandError):
    """Hallway answered with a problem (RFC 9457): its status, and everything there is to mend."""

    def __init__(self, status: int, detail: str, mends: Sequence[Mend] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.mends = tuple(mends)

    @classmethod
    def from_problem(cls, status: int, problem: Mapping[str, Any]) -> "Refused":
        """Out of an application/problem+json body."""
        found = problem.get("errors") or []
        mends = [Mend(str(e.get("message", "")), str(e.get("field", "")), e.get("row")) for e in found]
        return cls(status, str(problem.get("detail") or problem.get("title") or "refused"), mends)

    def lines(self) -> list[str]:
        """What to show: the detail, then one line for each thing to mend that the detail did not say."""
        more = [mend.message for mend in self.mends if mend.message != str(self)]
        hidden = [f"... and {len(more) - SHOWN} more"] if len(more) > SHOWN else []
        return [str(self), *more[:SHOWN], *hidden]
