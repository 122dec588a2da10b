"""Who wants no mail about suggestions, and no reminders."""

from uuid import UUID

from services.portal.store.reads import Reader


async def unsubscribe(reader: Reader, attendee_id: UUID) -> None:
    """From now on, also of mails that wait."""
    await reader.execute("INSERT INTO unsubscribed VALUES ($1) ON CONFLICT DO NOTHING", attendee_id)


async def subscribe(reader: Reader, attendee_id: UUID) -> None:
    """Takes that back."""
    await reader.execute("DELETE FROM unsubscribed WHERE attendee_id = $1", attendee_id)


async def wants_none(reader: Reader, attendee_id: UUID) -> bool:
    """Whether this person has unsubscribed."""
    return bool(await reader.fetchval("SELECT EXISTS (SELECT FROM unsubscribed WHERE attendee_id = $1)", attendee_id))
