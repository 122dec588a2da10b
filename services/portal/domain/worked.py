"""What worked at a conference, as organizers see it: by what spoke for a suggestion, never by person."""

from dataclasses import dataclass

from services.portal.domain.language import N_, _

WORDS = {
    "messages": N_("They write to each other"),
    "contacts": N_("They were seen together or have met"),
    "traits": N_("They share an interest"),
    "walks": N_("They know the same people"),
    "none": N_("Nothing was known of the two"),
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
        return _(WORDS.get(self.signal, self.signal))

    @property
    def found(self) -> str:
        """What became of them, in words."""
        if self.outcomes is None:
            return _("too few yet to be shown")
        counts = {"sessions": self.sessions, "outcomes": self.outcomes, "weight": f"{self.weight or 1:g}"}
        if self.weight in (None, 1.0):
            return _("%(sessions)s of %(outcomes)s suggestions became a session") % counts
        return _("%(sessions)s of %(outcomes)s suggestions became a session, counts %(weight)s times") % counts


@dataclass(frozen=True, slots=True)
class Worked:
    """All signals; ``outcomes_needed`` for a weight to change, ``group_size`` for counts to be shown."""

    signals: tuple[WorkedSignal, ...]
    outcomes_needed: int
    group_size: int
