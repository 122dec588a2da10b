"""The people who run a conference, and the log of who did what."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.portal.api.http.bodies import Organizer
from services.portal.api.http.call import Admin
from services.portal.domain.roles import Role
from services.portal.store import log, team
from services.portal.store.sign_in import issue_link

router = APIRouter(prefix="/conferences/{slug}", tags=["organizers"])
LINK_LASTS = timedelta(days=7)


@router.get("/organizers")
async def list_organizers(call: Admin, slug: str) -> dict[str, Any]:
    """Who runs the conference, owners first."""
    return {"organizers": [asdict(member) for member in await team.members(call.deps.pool, call.conference.id)]}


@router.post("/organizers")
async def add_organizer(call: Admin, slug: str, body: Organizer) -> dict[str, str]:
    """Gives somebody a role, or another one, and makes a one-time login link for them."""
    deps = call.deps
    call.target(f"{body.email} {body.role}")
    async with deps.pool.acquire() as tx, tx.transaction():
        await team.change(tx, call.conference.id, body.email, Role(body.role))
        path = await issue_link(
            tx, deps.signer, subject=body.email, role=body.role, conference_id=call.conference.id, ttl=LINK_LASTS
        )
    return {"url": deps.settings.public_url + path}


@router.delete("/organizers/{email}", status_code=204)
async def remove_organizer(call: Admin, slug: str, email: str) -> None:
    """Takes somebody's role away and signs them out; the last owner stays."""
    async with call.deps.pool.acquire() as tx, tx.transaction():
        await team.remove(tx, call.conference.id, email)


@router.get("/log")
async def list_log(
    call: Admin,
    slug: str,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> dict[str, Any]:
    """Who did what, the newest first, a page at a time; nothing of what attendees do themselves is in it."""
    found = await log.entries(call.deps.pool, call.conference.id, before, limit)
    entries = [{k: v for k, v in asdict(entry).items() if k != "conference_id"} for entry in found]
    return {"entries": entries, "next": found[-1].id if len(found) == limit else None}
