"""One-time links, browser sessions and the count of link requests, in PostgreSQL; the database's clock decides."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from services.kit.db import Connection
from services.kit.ids import new_id
from services.portal.domain.roles import Role
from services.portal.domain.sign_in import Identity, LinkRefused, Refusal, usual_address


class Signer:
    """Signs link tokens, form tokens and hashes with the portal's one secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._links = URLSafeSerializer(secret, salt="sign-in link")
        self._calendars = URLSafeSerializer(secret, salt="calendar")
        self._mails = URLSafeSerializer(secret, salt="unsubscribe")
        self._screens = URLSafeSerializer(secret, salt="screen")

    def link_token(self, link_id: UUID) -> str:
        """The part of a sign-in URL that cannot be guessed or changed."""
        return str(self._links.dumps(link_id.hex))

    def link_id(self, token: str) -> UUID:
        """The link a token stands for; raises LinkRefused for anything not signed by this portal."""
        try:
            return UUID(self._links.loads(token))
        except (BadSignature, ValueError, TypeError, AttributeError):
            raise LinkRefused(Refusal.TAMPERED) from None

    def calendar_token(self, attendee_id: UUID) -> str:
        """The part of a calendar's address that cannot be guessed; it is the same every time."""
        return str(self._calendars.dumps(attendee_id.hex))

    def calendar_owner(self, token: str) -> UUID | None:
        """Whose calendar it is; None for anything not signed by this portal."""
        try:
            return UUID(self._calendars.loads(token))
        except (BadSignature, ValueError, TypeError, AttributeError):
            return None

    def unsubscribe_token(self, attendee_id: UUID) -> str:
        """The part of an address that takes somebody off our mails; good for nothing else."""
        return str(self._mails.dumps(attendee_id.hex))

    def unsubscriber(self, token: str) -> UUID | None:
        """Whose mails it is about; None for anything not signed by this portal."""
        try:
            return UUID(self._mails.loads(token))
        except (BadSignature, ValueError, TypeError, AttributeError):
            return None

    def screen_token(self, screen_id: UUID) -> str:
        """The part of a screen's address that cannot be guessed; it is the same every time."""
        return str(self._screens.dumps(screen_id.hex))

    def screen_id(self, token: str) -> UUID | None:
        """Which screen it is; None for anything not signed by this portal."""
        try:
            return UUID(self._screens.loads(token))
        except (BadSignature, ValueError, TypeError, AttributeError):
            return None

    def keyed_hash(self, purpose: str, value: str) -> bytes:
        """A hash nobody can make or search without the secret."""
        return hmac.digest(self._secret, f"{purpose}\0{value}".encode(), "sha256")


# An organizer's role is the present one, whatever it was when a link or cookie l was made.
_PRESENT_ROLE = "CASE WHEN l.role = 'attendee' THEN l.role ELSE o.role END"
_ORGANIZER = "LEFT JOIN organizer o ON o.conference_id = l.conference_id AND o.email = l.subject"


async def appoint(tx: Connection, conference_id: UUID, address: str, role: Role) -> None:
    """Makes a mail address an organizer of this role."""
    await tx.execute(
        """INSERT INTO organizer (conference_id, email, role) VALUES ($1, $2, $3)
           ON CONFLICT (conference_id, email) DO UPDATE SET role = excluded.role""",
        conference_id, usual_address(address), role.value,
    )  # fmt: skip


async def issue_link(
    tx: Connection, signer: Signer, *, subject: str, role: str, conference_id: UUID, ttl: timedelta
) -> str:
    """The path of a new one-time link. What an organizer's link opens is what they may when they use it."""
    known = Role(role)
    link_id = new_id()
    await tx.execute(
        """INSERT INTO sign_in_link (id, subject, role, conference_id, expires_at)
           VALUES ($1, $2, $3, $4, now() + $5)""",
        link_id, subject if known is Role.ATTENDEE else usual_address(subject), known.value, conference_id, ttl,
    )  # fmt: skip
    return f"/sign-in/{signer.link_token(link_id)}"


class SignInStore:
    """Implements the ports of handlers/sign_in.py and handlers/sign_in_request.py over one connection."""

    def __init__(self, tx: Connection, signer: Signer) -> None:
        self._tx = tx
        self._signer = signer

    async def look(self, token: str) -> Identity:
        """See Links.look."""
        row = await self._tx.fetchrow(
            f"""SELECT l.subject, {_PRESENT_ROLE} AS role, l.conference_id, l.consumed_at IS NOT NULL AS used,
                       l.expires_at <= now() AS expired
                FROM sign_in_link l {_ORGANIZER} WHERE l.id = $1""",
            self._signer.link_id(token),
        )
        if row is None or row["role"] is None:  # forgotten some time after it expired; or no organizer any more
            raise LinkRefused(Refusal.EXPIRED)
        identity = Identity(row["subject"], Role(row["role"]), row["conference_id"])
        if row["used"]:
            raise LinkRefused(Refusal.USED, identity)
        if row["expired"]:
            raise LinkRefused(Refusal.EXPIRED, identity)
        return identity

    async def consume(self, token: str) -> Identity:
        """See Links.consume."""
        identity = await self.look(token)
        taken = await self._tx.execute(
            "UPDATE sign_in_link SET consumed_at = now() WHERE id = $1 AND consumed_at IS NULL AND expires_at > now()",
            self._signer.link_id(token),
        )
        if taken == "UPDATE 0":  # somebody was faster
            raise LinkRefused(Refusal.USED, identity)
        return identity

    async def open(self, cookie: str, identity: Identity, lasts: timedelta) -> None:
        """See Sessions.open; sweeps what has expired on the way."""
        await self._tx.execute("DELETE FROM browser_session WHERE expires_at < now()")
        await self._tx.execute("DELETE FROM sign_in_link WHERE expires_at < now() - interval '30 days'")
        await self._tx.execute(
            """INSERT INTO browser_session (id_hash, subject, role, conference_id, expires_at)
               VALUES ($1, $2, $3, $4, now() + $5)""",
            _cookie_hash(cookie), identity.subject, identity.role.value, identity.conference_id, lasts,
        )  # fmt: skip

    async def find(self, cookie: str) -> Identity | None:
        """See Sessions.find; an organizer's role is the present one, and nobody's once it was taken away."""
        row = await self._tx.fetchrow(
            f"""SELECT l.subject, l.conference_id, {_PRESENT_ROLE} AS role FROM browser_session l {_ORGANIZER}
                WHERE l.id_hash = $1 AND l.expires_at > now()""",
            _cookie_hash(cookie),
        )
        if row is None or row["role"] is None:
            return None
        return Identity(row["subject"], Role(row["role"]), row["conference_id"])

    async def close(self, cookie: str) -> None:
        """See Sessions.close."""
        await self._tx.execute("DELETE FROM browser_session WHERE id_hash = $1", _cookie_hash(cookie))

    async def requests_in_the_last_hour(self, asker: str) -> int:
        """Counts this request too; see Requests in handlers/sign_in_request.py."""
        await self._tx.execute("DELETE FROM sign_in_request WHERE requested_at < now() - interval '1 hour'")
        asker_hash = self._signer.keyed_hash("sign-in request", asker)
        await self._tx.execute("INSERT INTO sign_in_request (asker) VALUES ($1)", asker_hash)
        return int(await self._tx.fetchval("SELECT count(*) FROM sign_in_request WHERE asker = $1", asker_hash))

    async def entries(self, address: str, conference_id: UUID | None) -> Sequence[Identity]:
        """See Requests.entries; a cancelled ticket opens nothing."""
        rows = await self._tx.fetch(
            """SELECT * FROM (
                   SELECT id::text AS subject, 'attendee' AS role, conference_id FROM read_attendee
                   WHERE lower(email) = $1 AND state <> 'cancelled'
                   UNION ALL SELECT email, role, conference_id FROM organizer WHERE email = $1
               ) entry JOIN read_conference c ON c.id = entry.conference_id
               WHERE $2::uuid IS NULL OR c.id = $2 ORDER BY c.starts_on DESC LIMIT 5""",
            address, conference_id,
        )  # fmt: skip
        return [Identity(r["subject"], Role(r["role"]), r["conference_id"]) for r in rows]

    async def queue_link(self, identity: Identity) -> None:
        """See Requests.queue_link; the link itself is made when the mail is sent, so it is stored nowhere."""
        await self._tx.execute(
            """INSERT INTO mail (id, event_id, kind, conference_id, recipient, role, created_at, next_try_at)
               VALUES ($1, $1, 'sign-in', $2, $3, $4, now(), now())""",
            new_id(), identity.conference_id, identity.subject, identity.role.value,
        )  # fmt: skip


def _cookie_hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()
