"""The people who run a conference: an owner invites them by mail, changes what they may, and takes it away."""

from fastapi import Response

from services.kit.errors import Conflict
from services.portal.api.pages.visit import ByOwner, Visit
from services.portal.domain.language import N_, _
from services.portal.domain.roles import Role
from services.portal.domain.sign_in import is_address, usual_address
from services.portal.store import team as store

ROLES = {
    "owner": (N_("Owner"), N_("Everything, and who else may do what.")),
    "organizer": (N_("Organizer"), N_("Sees everybody, acts, and sets the conference up.")),
    "desk": (N_("Desk"), N_("Finds people at the desk, checks them in, registers walk-ins. No lists.")),
    "viewer": (N_("Viewer"), N_("The numbers of the dashboard, no names.")),
}
DONE = {
    "invited": N_("The invitation is on its way."),
    "removed": N_("That role is taken away, and its links with it."),
}


async def team(visit: ByOwner, done: str = "") -> Response:
    """GET /c/{slug}/team."""
    return await _page(visit, {}, notice=_(DONE.get(done, "")))


async def invite(visit: ByOwner) -> Response:
    """POST /c/{slug}/team/invite: a role, and a one-time link by mail; for somebody known, the other role."""
    assert visit.conference
    address, role = usual_address(visit.value("email", 300)), visit.value("role", 20)
    problems = {}
    if not is_address(address):
        problems["email"] = _("That is not a mail address. Write it as name@example.org.")
    if role not in ROLES:
        problems["role"] = _("Choose what they may do.")
    if not problems:
        visit.target(f"{address} {role}")
        try:
            async with visit.site.deps.pool.acquire() as tx, tx.transaction():
                await store.invite(tx, visit.conference.id, address, Role(role))
            return visit.go(f"/c/{visit.conference.slug}/team?done=invited")
        except Conflict as conflict:
            problems["role"] = _(conflict.message)
    return await _page(visit, problems)


async def remove(visit: ByOwner) -> Response:
    """POST /c/{slug}/team/remove."""
    assert visit.conference
    address = usual_address(visit.value("email", 300))
    visit.target(address)
    async with visit.site.deps.pool.acquire() as tx, tx.transaction():
        await store.remove(tx, visit.conference.id, address)
    return visit.go(f"/c/{visit.conference.slug}/team?done=removed")


async def _page(visit: Visit, problems: dict[str, str], notice: str = "") -> Response:
    assert visit.conference
    return visit.page(
        "organizer/team.html", 422 if problems else 200, page="team", problems=problems, notice=notice,
        members=await store.members(visit.site.deps.pool, visit.conference.id),
        roles=[(role, _(name), _(what)) for role, (name, what) in ROLES.items()],
        names={role: _(name) for role, (name, _what) in ROLES.items()},
        email=visit.value("email", 254), role=visit.value("role", 20) or "organizer",
    )  # fmt: skip
