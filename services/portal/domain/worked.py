"""What worked at a conference, as organizers see it: by what spoke for a suggestion, never by person."""

from dataclasses import dataclass

WORDS = {
    "messages": "They write to each other",
    "contacts": "They were seen together or have met",
    "traits": "They share an interest",
    "walks": "They know the same people",
    "none": "Nothing was known of the two",
}


@dataclass(frozen=True, slots=True)
class WorkedSignal:
    """Suggestions for which this spoke most; None: not shown. ``weight``: 1 is as before anything was learned."""

    signal: str
    weight: float | None
    outcomes: int | None
    sessions: int | None

    @property
    def words(self) -> str:
        """The signal in words."""
        return WORDS.get(self.signal, self.signal)

    @property
    def found(self) -> str:
        """What became of them, in words."""
        if self.outcomes is None:
            return "too few yet to be shown"
        weight = f", counts {self.weight:g} times" if self.weight not in (None, 1.0) else ""
        return f"{self.sessions} of {self.outcomes} suggestions became a session{weight}"


@dataclass(frozen=True, slots=True)
class Worked:
    """All signals; ``outcomes_needed`` for a weight to change, ``group_size`` for counts to be shown."""

    signals: tuple[WorkedSignal, ...]
    outcomes_needed: int
    group_size: int
