"""Forgets what must not stay: people who were erased, and reasons that rest on a source their tie has no more."""

from collections.abc import Sequence
from uuid import UUID

from services.kit.db import Connection
from services.portal.domain.read_model import Tie

_SESSIONS = "SELECT session_id FROM read_session_member WHERE attendee_id = any($1)"
# A word that came with a cancellation stands under a name. Mails first: they are found by the sessions.
_PERSON = (
    f"""UPDATE mail SET session = jsonb_set(session, '{{reason}}', '""')
        WHERE session_id IN ({_SESSIONS}) AND session->>'reason' <> ''""",
    f"UPDATE read_session SET reason = '' WHERE state = 'cancelled' AND id IN ({_SESSIONS})",
    """UPDATE read_suggestion SET evidence = '[]'
       WHERE id IN (SELECT suggestion_id FROM read_suggestion_member WHERE attendee_id = any($1))""",
    """UPDATE command_log l SET target = '' FROM read_attendee a WHERE a.id = any($1)
       AND l.conference_id = a.conference_id AND (l.target = a.ticket OR position(a.id::text IN l.target) > 0)""",
    "DELETE FROM felt WHERE attendee_id = any($1)",
    "DELETE FROM contact WHERE attendee_id = any($1)",
    "DELETE FROM word WHERE attendee_id = any($1)",
    "DELETE FROM running_late WHERE attendee_id = any($1)",
    "DELETE FROM person_language WHERE attendee_id = any($1)",
    "DELETE FROM unsubscribed WHERE attendee_id = any($1)",
    "DELETE FROM mail WHERE role = 'attendee' AND recipient = any($1::uuid[]::text[])",
    "DELETE FROM sign_in_link WHERE role = 'attendee' AND subject = any($1::uuid[]::text[])",
    "DELETE FROM browser_session WHERE role = 'attendee' AND subject = any($1::uuid[]::text[])",
)
# Only what a tie had and has no more: what is not told of yet may be on its way.
_REASONS = """
    WITH lost AS (
        SELECT t.a, t.b, array(SELECT unnest(t.sources) EXCEPT SELECT s::uuid FROM
                               unnest(string_to_array(n.sources, ' ')) AS s) AS sources
        FROM read_tie t JOIN unnest($1::uuid[], $2::bigint[], $3::text[]) AS n (id, version, sources)
        ON n.id = t.id AND t.version < n.version)
    UPDATE read_suggestion s SET evidence = (
        SELECT coalesce(jsonb_agg(reason), '[]') FROM jsonb_array_elements(s.evidence) AS reason
        WHERE NOT coalesce(nullif(reason->>'source_id', '')::uuid = any(lost.sources), false))
    FROM lost JOIN read_suggestion_member one ON one.attendee_id = lost.a
    JOIN read_suggestion_member other ON other.suggestion_id = one.suggestion_id AND other.attendee_id = lost.b
    WHERE s.id = one.suggestion_id AND lost.sources <> '{}'
"""


async def forget_people(tx: Connection, attendee_ids: Sequence[UUID]) -> None:
    """Removes what the portal itself keeps of these people, and what was said of them."""
    for statement in _PERSON:
        await tx.execute(statement, list(attendee_ids))


async def forget_reasons(tx: Connection, ties: Sequence[Tie]) -> None:
    """Call it before these ties, each id once, are kept: removes reasons that rest on what they lose."""
    columns = zip(*[(t.id, t.version, " ".join(t.sources)) for t in ties], strict=True)
    await tx.execute(_REASONS, *map(list, columns))
