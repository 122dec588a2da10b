"""What the portal itself keeps about a person, for their page of data."""

from typing import Any
from uuid import UUID

from services.portal.store.reads import Reader
from services.portal.store.subscribing import wants_none


async def kept(reader: Reader, attendee_id: UUID) -> dict[str, Any]:
    """Language, mails (that they were sent, never their words), open browsers, notes, words, and contact details."""
    mails = await reader.fetch(
        "SELECT kind, created_at, sent_at FROM mail WHERE recipient = $1 ORDER BY created_at LIMIT 1000",
        str(attendee_id),
    )
    felt = await reader.fetch(
        "SELECT session_id, marks, note FROM felt WHERE attendee_id = $1 ORDER BY session_id LIMIT 1000", attendee_id
    )
    given = await reader.fetch(
        """SELECT session_id, email, phone, web, given_at, expires_at FROM contact WHERE attendee_id = $1
           ORDER BY session_id LIMIT 1000""",
        attendee_id,
    )
    said = await reader.fetch(
        "SELECT suggestion_id, said FROM word WHERE attendee_id = $1 ORDER BY suggestion_id LIMIT 1000", attendee_id
    )
    language = await reader.fetchval("SELECT language FROM person_language WHERE attendee_id = $1", attendee_id)
    browsers = await reader.fetchval(
        "SELECT count(*) FROM browser_session WHERE subject = $1 AND expires_at > now()", str(attendee_id)
    )
    return {
        "language": language,
        "mails": [dict(row) for row in mails],
        "notes": [dict(row) for row in felt],
        "words_with_a_yes": [dict(row) for row in said],
        "contact_details_given": [dict(row) for row in given],
        "signed_in_browsers": browsers,
        "wants_only_necessary_mail": await wants_none(reader, attendee_id),
    }
