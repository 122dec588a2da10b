"""The errors a caller can do something about; each names what is wrong and how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


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

    @classmethod
    def told(cls, message: str, problems: Sequence[Problem]) -> Self:
        """The error with these words, whatever its own constructor makes of its arguments."""
        error = cls.__new__(cls)
        HallwayError.__init__(error, message, problems)
        return error


class Invalid(HallwayError):
    """The request cannot be taken as it is. One problem, or several found together."""

    def __init__(self, field: str, message: str, *, row: int | None = None) -> None:
        super().__init__(message, [Problem(field, message, row)])

    @classmethod
    def all(cls, problems: Sequence[Problem]) -> Self:
        """Reports every problem of a request at once; ``problems`` is not empty."""
        return cls.told(problems[0].message, problems)


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


class Unavailable(HallwayError):
    """Another part of Hallway does not answer now; the same request may succeed later."""


class Poison(Exception):
    """An event that can never be handled; it goes to the dead letters."""


def describe(error: BaseException | None) -> str:
    """What a log line may tell of an error; its own message may quote a person's data, or values of a statement."""
    known = (getattr(error, name, None) for name in ("sqlstate", "constraint_name", "strerror"))
    return " ".join([type(error).__name__, *filter(None, known)])
