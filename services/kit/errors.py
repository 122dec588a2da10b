"""The errors a caller can do something about; each names what is wrong and how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a request: the field, what to do, and the 0-based row where there are rows."""

    field: str
    message: str
    row: int | None = None


class HallwayError(Exception):
    """What went wrong, told to the caller as it stands."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)


class Invalid(HallwayError):
    """The request cannot be taken as it is. One problem, or several found together."""

    def __init__(self, field: str, message: str, *, row: int | None = None) -> None:
        super().__init__(message, [Problem(field, message, row)])

    @classmethod
    def all(cls, problems: Sequence[Problem]) -> "Invalid":
        """Reports every problem of a request at once; ``problems`` is not empty."""
        first = problems[0]
        error = cls(first.field, first.message, row=first.row)
        error.problems = tuple(problems)
        return error


class NotFound(HallwayError):
    """There is no such thing, or the caller may not know of it."""

    def __init__(self, what: str, key: object) -> None:
        super().__init__(f"there is no {what} {key}", [Problem(what, f"no {what} {key}")])


class Conflict(HallwayError):
    """The request is well formed, but does not fit what is there now."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, [Problem(field, message)])


class Forbidden(HallwayError):
    """The caller is known and may not do this."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


class Unavailable(HallwayError):
    """Another part of Hallway does not answer now; the same request may succeed later."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


class Poison(Exception):
    """An event that can never be handled; it goes to the dead letters."""
