"""All pages by their addresses: the table of contents of this folder."""

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import FileResponse

from services.portal.api.deps import Deps
from services.portal.api.pages import entry, me, me_actions, organizer
from services.portal.api.pages.errors import page_route
from services.portal.api.pages.pulse import Newest, Pulse
from services.portal.api.pages.site import STATIC, Site, load_templates
from services.portal.store.dashboard import change_counters

GET, POST = ["GET", "HEAD"], ["POST"]
FOR_EVER = "public, max-age=31536000, immutable"


def pages_router(deps: Deps) -> APIRouter:
    """Every page and form of the portal, with its error pages, headers and static files."""
    site = Site(deps, load_templates(), Pulse(lambda: change_counters(deps.pool)), Newest())
    router = APIRouter(route_class=page_route(site), include_in_schema=False)
    add = router.add_api_route

    add("/", entry.front, methods=GET)
    add("/static/{path:path}", static_file, methods=GET)
    add("/sign-in", entry.send_link, methods=POST)
    add("/sign-in/{token}", entry.show_link, methods=GET)
    add("/sign-in/{token}", entry.use_link, methods=POST)
    add("/c/{slug}", entry.conference_door, methods=GET)

    add("/c/{slug}/me", me.suggestions_and_sessions, methods=GET)
    add("/c/{slug}/me/join", me_actions.join, methods=POST)
    add("/c/{slug}/me/pause", me_actions.pause, methods=POST)
    add("/c/{slug}/me/profile", me.profile, methods=GET)
    add("/c/{slug}/me/profile", me.save_profile, methods=POST)
    add("/c/{slug}/me/sign-out", entry.attendee_sign_out, methods=POST)
    add("/c/{slug}/me/suggestions/{suggestion_id}/answer", me_actions.answer, methods=POST)
    add("/c/{slug}/me/sessions/{session_id}.ics", me.session_calendar, methods=GET)
    add("/c/{slug}/me/sessions/{session_id}/offers", me.offers, methods=GET)
    add("/c/{slug}/me/sessions/{session_id}/move", me_actions.move, methods=POST)
    add("/c/{slug}/me/sessions/{session_id}/cancel", me_actions.cancel, methods=POST)
    add("/c/{slug}/me/sessions/{session_id}/outcome", me_actions.outcome, methods=POST)

    add("/c/{slug}/dashboard", organizer.dashboard, methods=GET)
    add("/c/{slug}/dashboard/live", organizer.live, methods=GET)
    add("/c/{slug}/dashboard/sign-out", entry.organizer_sign_out, methods=POST)
    add("/c/{slug}/attendees", organizer.attendees, methods=GET)
    add("/c/{slug}/sessions", organizer.sessions, methods=GET)

    add("/{path:path}", nothing_here, methods=[*GET, *POST, "PUT", "PATCH", "DELETE"])
    return router


async def static_file(path: str) -> Response:
    """A stylesheet, script or picture; its address changes with its content."""
    file = (STATIC / path).resolve()
    if not file.is_relative_to(STATIC) or not file.is_file():
        raise HTTPException(404)
    return FileResponse(file, headers={"Cache-Control": FOR_EVER})


async def nothing_here(path: str) -> Response:
    """Any other address."""
    raise HTTPException(404)
