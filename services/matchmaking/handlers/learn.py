"""Learns from what became of a conference's suggestions, once there is news."""

from services.matchmaking.domain.learning import Lesson, shown
from services.matchmaking.engine.learning import learn
from services.matchmaking.handlers.ports import Past


def learn_from(past: Past) -> Lesson | None:
    """The next lesson; None when there is nothing to learn from now."""
    if past.outcomes is None:
        return None
    before = past.lesson
    return Lesson(
        version=before.version + 1 if before else 1,
        outcomes=len(past.outcomes),
        learned=learn([o.signals for o in past.outcomes], [o.session for o in past.outcomes]),
        shown=shown(past.outcomes, before.shown if before else {}),
    )
