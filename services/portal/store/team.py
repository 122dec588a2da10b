"""The people who run a conference: who, as what, and taking somebody's role away."""

from dataclasses import dataclass
from uuid import UUID

from services.kit.db import Connection, Pool
from services.kit.errors import Conflict, NotFound
from services.kit.ids import new_id
from services.portal.domain.roles import Role
from services.portal.domain.sign_in import usual_address
from services.portal.store.sign_in import appoint

MOST = 500  # organizers of one conference


@dataclass(frozen=True, slots=True)
class Member:
    """An organizer; signed_in tells whether a browser of theirs is."""

    email: str
    role: str
    signed_in: bool


async def members(reader: "Pool | Connection", conference_id: UUID) -> list[Member]:
    """Everybody who runs the conference, owners first."""
    rows = await reader.fetch(
        """SELECT email, role, EXISTS (SELECT FROM browser_session s WHERE s.conference_id = o.conference_id
               AND s.subject = o.email AND s.role <> 'attendee' AND s.expires_at > now()) AS signed_in
           FROM organizer o WHERE conference_id = $1 ORDER BY role <> 'owner', email""",
        conference_id,
    )
    return [Member(**row) for row in rows]


async def change(tx: Connection, conference_id: UUID, address: str, role: Role) -> None:
    """Gives an address a role, or another one; the last owner stays one."""
    before = await _locked(tx, conference_id)
    if usual_address(address) not in before and len(before) >= MOST:
        raise Conflict("organizers", f"a conference has at most {MOST} organizers; remove somebody first")
    _keep_an_owner(before | {usual_address(address): role.value}, before)
    await appoint(tx, conference_id, address, role)


async def invite(tx: Connection, conference_id: UUID, address: str, role: Role) -> None:
    """Gives an address a role and has a one-time link mailed to it."""
    await change(tx, conference_id, address, role)
    await tx.execute(
        """INSERT INTO mail (id, event_id, kind, conference_id, recipient, role, created_at, next_try_at)
           VALUES ($1, $1, 'invitation', $2, $3, $4, now(), now())""",
        new_id(), conference_id, usual_address(address), role.value,
    )  # fmt: skip


async def remove(tx: Connection, conference_id: UUID, address: str) -> None:
    """Takes the role away; the address is signed out everywhere and its unused links open nothing any more."""
    before, address = await _locked(tx, conference_id), usual_address(address)
    if address not in before:
        raise NotFound("organizer", address)
    _keep_an_owner({email: role for email, role in before.items() if email != address}, before)
    for statement in (
        "DELETE FROM organizer WHERE conference_id = $1 AND email = $2",
        "DELETE FROM browser_session WHERE conference_id = $1 AND subject = $2 AND role <> 'attendee'",
        "DELETE FROM sign_in_link WHERE conference_id = $1 AND subject = $2 AND role <> 'attendee'",
        """UPDATE mail SET dropped_at = now(), problem = 'no organizer any more' WHERE conference_id = $1
           AND recipient = $2 AND role <> 'attendee' AND sent_at IS NULL AND dropped_at IS NULL""",
    ):
        await tx.execute(statement, conference_id, address)


async def _locked(tx: Connection, conference_id: UUID) -> dict[str, str]:
    """Everybody's roles, which nobody else changes until the transaction ends."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('organizers ' || $1::text, 0))", str(conference_id))
    rows = await tx.fetch("SELECT email, role FROM organizer WHERE conference_id = $1", conference_id)
    return {row["email"]: row["role"] for row in rows}


def _keep_an_owner(after: dict[str, str], before: dict[str, str]) -> None:
    if "owner" in before.values() and "owner" not in after.values():
        raise Conflict("role", "the conference needs an owner; make somebody else one first")
