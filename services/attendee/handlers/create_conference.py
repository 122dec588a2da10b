"""Creates a conference."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from services.attendee.domain.conference import Conference, ConferencePlan, plan_conference
from services.attendee.domain.events import ConferenceCreated
from services.attendee.handlers.ports import Conferences, Events
from services.kit.errors import Conflict


class Creating(Conferences, Events, Protocol):
    """What creating a conference needs."""


async def create_conference(store: Creating, plan: ConferencePlan, new_id: Callable[[], UUID]) -> Conference:
    """The new conference. Raises Invalid, and Conflict when the slug is taken."""
    conference = plan_conference(plan, new_id())
    if not await store.add_conference(conference):
        raise Conflict("slug", f"there is a conference {conference.slug} already; choose another slug")
    await store.publish([ConferenceCreated(conference)])
    return conference
