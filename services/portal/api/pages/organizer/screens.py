"""Addresses for a hall's displays: made and switched off by organizers."""

from uuid import UUID

from fastapi import Response

from services.portal.api.pages.visit import ByActor
from services.portal.domain.language import N_, _
from services.portal.store import screens as store

DONE = {
    "made": N_("Open the address on the display; it needs no signing in."),
    "off": N_("That address opens nothing any more."),
}


async def screens(visit: ByActor, done: str = "") -> Response:
    """GET /c/{slug}/screens."""
    assert visit.conference
    signer, base = visit.site.deps.signer, f"{visit.site.deps.settings.public_url}/screen"
    found = await store.screens(visit.site.deps.pool, visit.conference.id)
    shown = [(screen, f"{base}/{signer.screen_token(screen.id)}") for screen in found]
    return visit.page("organizer/screens.html", page="dashboard", screens=shown, notice=_(DONE.get(done, "")))


async def make(visit: ByActor) -> Response:
    """POST /c/{slug}/screens."""
    assert visit.conference and visit.identity
    name = visit.value("name", 60) or _("Big screen")
    async with visit.site.deps.pool.acquire() as tx, tx.transaction():
        await store.add(tx, visit.conference.id, name, visit.identity.subject)
    return visit.go(f"/c/{visit.conference.slug}/screens?done=made")


async def revoke(visit: ByActor, screen_id: UUID) -> Response:
    """POST /c/{slug}/screens/{screen_id}/off."""
    assert visit.conference
    async with visit.site.deps.pool.acquire() as tx:
        await store.revoke(tx, visit.conference.id, screen_id)
    return visit.go(f"/c/{visit.conference.slug}/screens?done=off")
