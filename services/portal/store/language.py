"""Which language a person chose on their pages, for the mails they get."""

from uuid import UUID

from services.portal.store.reads import Reader


async def chosen(reader: Reader, attendee_id: UUID) -> str:
    """The language this person chose; empty if none."""
    return str(await reader.fetchval("SELECT language FROM person_language WHERE attendee_id = $1", attendee_id) or "")


async def choose(reader: Reader, attendee_id: UUID, language: str) -> None:
    """Keeps a person's choice."""
    await reader.execute(
        """INSERT INTO person_language (attendee_id, language) VALUES ($1, $2)
           ON CONFLICT (attendee_id) DO UPDATE SET language = excluded.language""",
        attendee_id,
        language,
    )


async def first(reader: Reader, attendee_id: UUID, language: str) -> None:
    """Keeps the language somebody signs in with, unless they chose one before."""
    await reader.execute(
        "INSERT INTO person_language (attendee_id, language) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        attendee_id,
        language,
    )
