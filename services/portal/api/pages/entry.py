"""The ways in and out: the front page, one-time links, new links, signing out."""

from uuid import UUID

from fastapi import Response

from services.kit.errors import Invalid, NotFound
from services.portal.api.pages.security import ATTENDEE_COOKIE, ORGANIZER_COOKIE, set_cookie
from services.portal.api.pages.views import Face
from services.portal.api.pages.visit import Anybody, AtConference, ByAnyOrganizer, ByAttendee, Visit, home, identify
from services.portal.domain.language import _
from services.portal.domain.read_model import Conference
from services.portal.domain.sign_in import Identity, LinkRefused, Refusal, is_address, usual_address
from services.portal.handlers.sign_in import sign_in
from services.portal.handlers.sign_in_request import request_link
from services.portal.store import language, reads
from services.portal.store.sign_in import SignInStore


async def front(visit: Anybody) -> Response:
    """GET /: what Hallway is, and the way in."""
    return visit.page("front.html")


async def design(visit: Anybody) -> Response:
    """GET /design: every component, for those who build pages."""
    return visit.page(
        "design.html", faces=[Face(letters, tone) for tone, letters in enumerate(("BF", "CO", "DM", "EN"))]
    )


async def conference_door(visit: AtConference) -> Response:
    """GET /c/{slug}: to the pages of whoever is signed in, else the way in."""
    assert visit.conference
    for cookie in (ORGANIZER_COOKIE, ATTENDEE_COOKIE):
        if identity := await identify(visit, cookie):
            return visit.go(f"/c/{visit.conference.slug}/{home(identity)}")
    return visit.page("conference.html", message="")


async def show_link(visit: Anybody, token: str) -> Response:
    """GET /sign-in/{token}: a page with one button. It uses nothing up: mail scanners fetch every link."""
    try:
        identity = await _look(visit, token)
    except LinkRefused as refused:
        return await _refused(visit, refused)
    conference = await _conference_of(visit, identity)
    name = await _attendee_name(visit, identity)
    visit.conference = conference
    return visit.page("sign_in.html", attendee=not identity.is_organizer, name=name)


async def use_link(visit: Anybody, token: str) -> Response:
    """POST /sign-in/{token}: uses the link up, signs this browser in."""
    await visit.read_form()
    signer = visit.site.deps.signer
    try:
        async with visit.site.deps.pool.acquire() as connection, connection.transaction():
            store = SignInStore(connection, signer)
            cookie, identity = await sign_in(store, store, token)
            if not identity.is_organizer:
                await language.first(connection, UUID(identity.subject), visit.language)
    except LinkRefused as refused:
        return await _refused(visit, refused)
    conference = await _conference_of(visit, identity)
    name = ORGANIZER_COOKIE if identity.is_organizer else ATTENDEE_COOKIE
    response = visit.go(f"/c/{conference.slug}/{home(identity)}")
    set_cookie(response, visit.site, name, cookie, path=f"/c/{conference.slug}")
    return response


async def send_link(visit: Anybody) -> Response:
    """POST /sign-in: mails a new link if the address is known; the answer is the same if not."""
    await visit.read_form()
    address = usual_address(visit.value("email"))
    if not is_address(address):
        raise Invalid("email", _("That is not a mail address. Write it as name@example.org."))
    conference = await reads.conference(visit.site.deps.pool, visit.value("conference"))
    client = visit.request.client.host if visit.request.client else "unknown"
    async with visit.site.deps.pool.acquire() as connection, connection.transaction():
        store = SignInStore(connection, visit.site.deps.signer)
        await request_link(store, address, client, conference.id if conference else None)
    return visit.page("link_sent.html")


async def attendee_sign_out(visit: ByAttendee) -> Response:
    """POST /c/{slug}/me/sign-out."""
    return await _sign_out(visit, ATTENDEE_COOKIE)


async def organizer_sign_out(visit: ByAnyOrganizer) -> Response:
    """POST /c/{slug}/dashboard/sign-out."""
    return await _sign_out(visit, ORGANIZER_COOKIE)


async def _sign_out(visit: Visit, cookie_name: str) -> Response:
    assert visit.conference
    async with visit.site.deps.pool.acquire() as connection:
        await SignInStore(connection, visit.site.deps.signer).close(visit.cookie)
    response = visit.go("/")
    response.delete_cookie(cookie_name, path=f"/c/{visit.conference.slug}")
    return response


async def _look(visit: Visit, token: str) -> Identity:
    async with visit.site.deps.pool.acquire() as connection:
        return await SignInStore(connection, visit.site.deps.signer).look(token)


async def _attendee_name(visit: Visit, identity: Identity) -> str:
    if identity.is_organizer:
        return ""
    attendee = UUID(identity.subject)
    return (await reads.names(visit.site.deps.pool, [attendee])).get(attendee, "")


async def _refused(visit: Visit, refused: LinkRefused) -> Response:
    """Why the link opens nothing, the way in for a browser that is signed in already, the form for a new one."""
    if refused.identity:
        visit.conference = await _conference_of(visit, refused.identity)
    status = 400 if refused.refusal is Refusal.TAMPERED else 410
    return visit.page("link_refused.html", status, refusal=refused.refusal.value)


async def _conference_of(visit: Visit, identity: Identity) -> Conference:
    conference = await reads.conference_by_id(visit.site.deps.pool, identity.conference_id)
    if conference is None:
        raise NotFound("conference", identity.conference_id)
    return conference
