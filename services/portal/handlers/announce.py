"""Decide which people get a mail about what happened; it is sent later, by a loop of its own."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.portal.domain import mails
from services.portal.domain.mails import Kind, Notice
from services.portal.domain.read_model import Attendee, Session, Suggestion
from services.portal.handlers.ports import Outbox

QUIET = timedelta(hours=24)  # one mail about suggestions in that time, unless the person has looked since
DIGEST = timedelta(minutes=2)  # suggestions made meanwhile share that mail


async def announce_welcome(outbox: Outbox, attendees: Sequence[Attendee]) -> None:
    """Welcomes each person once."""
    await outbox.add([mails.welcome(attendee) for attendee in attendees])


async def announce_suggestions(outbox: Outbox, suggestions: Sequence[tuple[UUID, Suggestion]], now: datetime) -> None:
    """Tells people that there are suggestions: one mail for any number of them."""
    first = {
        str(person): Notice(event_id, "suggestions", suggestion.conference_id, str(person))
        for event_id, suggestion in reversed(suggestions)
        for person in suggestion.attendee_ids
    }
    told = await outbox.lately_told_of_suggestions(sorted(first), now - QUIET)
    await outbox.add([notice for person, notice in first.items() if person not in told], after=DIGEST)


async def announce_sessions(outbox: Outbox, kind: Kind, sessions: Sequence[tuple[UUID, Session]]) -> None:
    """Tells the people of each session."""
    await outbox.add([notice for event_id, session in sessions for notice in mails.of_session(event_id, kind, session)])
