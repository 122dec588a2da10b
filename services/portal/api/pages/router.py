"""All pages by their addresses: the table of contents of this folder."""

import gzip
import mimetypes
from collections.abc import Callable
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse

from services.portal.api.deps import Deps
from services.portal.api.pages import (
    contact,
    data,
    entry,
    language,
    leaving,
    me,
    me_actions,
    now,
    profile,
    screen,
    subscribing,
)
from services.portal.api.pages.errors import page_route
from services.portal.api.pages.organizer import (
    act,
    act_sessions,
    community,
    dashboard,
    desk,
    health,
    left_out,
    lists,
    log,
    places,
    screens,
    setup,
    team,
)
from services.portal.api.pages.pulse import Newest, Pulse
from services.portal.api.pages.site import STATIC, Site, load_templates
from services.portal.store.dashboard import change_counters

GET, POST = ["GET", "HEAD"], ["POST"]
FOR_EVER = "public, max-age=31536000, immutable"


def pages_router(deps: Deps) -> APIRouter:
    """Every page and form of the portal, with its error pages, headers and static files."""
    site = Site(deps, load_templates(), Pulse(lambda: change_counters(deps.pool)), Newest(), Newest(), Newest())
    router = APIRouter(route_class=page_route(site), include_in_schema=False)
    add = router.add_api_route

    add("/", entry.front, methods=GET)
    add("/static/{path:path}", static_file, methods=GET)
    add("/design", entry.design, methods=GET)
    add("/language", language.choose, methods=POST)
    add("/calendar/{token}.ics", me.feed, methods=GET)
    add("/unsubscribe/{token}", subscribing.ask, methods=GET)
    add("/unsubscribe/{token}", subscribing.unsubscribe, methods=POST)
    add("/unsubscribe/{token}/back", subscribing.subscribe, methods=POST)
    add("/sign-in", entry.send_link, methods=POST)
    add("/sign-in/{token}", entry.show_link, methods=GET)
    add("/sign-in/{token}", entry.use_link, methods=POST)
    add("/screen/{token}", screen.screen, methods=GET)
    add("/screen/{token}/live", screen.live, methods=GET)
    add("/c/{slug}", entry.conference_door, methods=GET)

    _attendee_pages(add)
    _watching(add)
    _acting(add)
    _setting_up(add)
    _running(add)

    add("/{path:path}", nothing_here, methods=[*GET, *POST, "PUT", "PATCH", "DELETE"])
    return router


def _attendee_pages(add: Callable[..., None]) -> None:
    add("/c/{slug}/me", me.suggestions_and_sessions, methods=GET)
    add("/c/{slug}/me/join", profile.join, methods=POST)
    add("/c/{slug}/me/pause", profile.pause, methods=POST)
    add("/c/{slug}/me/steps/{number}", profile.step, methods=GET)
    add("/c/{slug}/me/steps/{number}", profile.save_step, methods=POST)
    add("/c/{slug}/me/profile", profile.profile, methods=GET)
    add("/c/{slug}/me/profile", profile.save_profile, methods=POST)
    add("/c/{slug}/me/language", language.choose_for_me, methods=POST)
    add("/c/{slug}/me/data", data.data, methods=GET)
    add("/c/{slug}/me/data.json", data.export, methods=GET)
    add("/c/{slug}/me/data/sources/{source_id}", leaving.ask_withdraw, methods=GET)
    add("/c/{slug}/me/data/sources/{source_id}", leaving.withdraw, methods=POST)
    add("/c/{slug}/me/erase", leaving.ask_erase, methods=GET)
    add("/c/{slug}/me/erase", leaving.erase, methods=POST)
    add("/c/{slug}/erased", leaving.erased, methods=GET)
    add("/c/{slug}/me/here", now.here, methods=POST)
    add("/c/{slug}/me/now", now.now, methods=GET)
    add("/c/{slug}/me/now/seek", now.seek, methods=POST)
    add("/c/{slug}/me/sign-out", entry.attendee_sign_out, methods=POST)
    add("/c/{slug}/me/suggestions/{suggestion_id}/answer", me_actions.answer, methods=POST)
    add("/c/{slug}/me/sessions/{session_id}.ics", me.session_calendar, methods=GET)
    add("/c/{slug}/me/sessions/{session_id}/offers", me.offers, methods=GET)
    add("/c/{slug}/me/sessions/{session_id}/move", me_actions.move, methods=POST)
    add("/c/{slug}/me/sessions/{session_id}/cancel", me_actions.cancel, methods=POST)
    add("/c/{slug}/me/sessions/{session_id}/outcome", me_actions.outcome, methods=POST)
    add("/c/{slug}/me/sessions/{session_id}/late", me_actions.late, methods=POST)
    add("/c/{slug}/me/sessions/{session_id}/felt", me_actions.felt, methods=POST)
    add("/c/{slug}/me/sessions/{session_id}/contact", contact.contact, methods=GET)
    add("/c/{slug}/me/sessions/{session_id}/contact", contact.give, methods=POST)
    add("/c/{slug}/me/sessions/{session_id}/contact/back", contact.take_back, methods=POST)
    add("/c/{slug}/me/sessions/{session_id}/contact.vcf", contact.card, methods=GET)


def _watching(add: Callable[..., None]) -> None:
    add("/c/{slug}/dashboard", dashboard.dashboard, methods=GET)
    add("/c/{slug}/dashboard/live", dashboard.live, methods=GET)
    add("/c/{slug}/dashboard/sign-out", entry.organizer_sign_out, methods=POST)
    add("/c/{slug}/dashboard/health", health.health, methods=GET)
    add("/c/{slug}/dashboard/community.json", community.community, methods=GET)
    add("/c/{slug}/screens", screens.screens, methods=GET)
    add("/c/{slug}/screens", screens.make, methods=POST)
    add("/c/{slug}/screens/{screen_id}/off", screens.revoke, methods=POST)
    add("/c/{slug}/attendees", lists.attendees, methods=GET)
    add("/c/{slug}/attendees.csv", lists.attendees_file, methods=GET)
    add("/c/{slug}/sessions", lists.sessions, methods=GET)
    add("/c/{slug}/sessions.csv", lists.sessions_file, methods=GET)
    add("/c/{slug}/left-out", left_out.left_out, methods=GET)
    add("/c/{slug}/left-out.csv", left_out.left_out_file, methods=GET)
    add("/c/{slug}/left-out/solve", left_out.solve, methods=POST)
    add("/c/{slug}/left-out/{reason}/remind", left_out.remind, methods=POST)


def _acting(add: Callable[..., None]) -> None:
    add("/c/{slug}/act", act.act, methods=GET)
    add("/c/{slug}/act/people/{attendee_id}", act.person, methods=GET)
    add("/c/{slug}/act/pair", act.choose_pair, methods=GET)
    add("/c/{slug}/act/pair", act.pair, methods=POST)
    add("/c/{slug}/act/matching", act.pause, methods=POST)
    add("/c/{slug}/act/announce", act.announce, methods=POST)
    add("/c/{slug}/act/sessions/{session_id}", act_sessions.session, methods=GET)
    add("/c/{slug}/act/sessions/{session_id}/move", act_sessions.move, methods=POST)
    add("/c/{slug}/act/sessions/{session_id}/cancel", act_sessions.cancel, methods=POST)
    add("/c/{slug}/desk", desk.desk, methods=GET)
    add("/c/{slug}/desk/here", desk.here, methods=POST)
    add("/c/{slug}/desk/walk-in", desk.walk_in, methods=POST)
    add("/c/{slug}/desk/people/{attendee_id}", desk.person, methods=GET)


def _setting_up(add: Callable[..., None]) -> None:
    add("/c/{slug}/setup", setup.setup, methods=GET)
    add("/c/{slug}/setup/plan", setup.plan, methods=POST)
    add("/c/{slug}/setup/undo", places.undo, methods=POST)
    add("/c/{slug}/setup/places", places.places, methods=GET)
    add("/c/{slug}/setup/places", places.save_places, methods=POST)
    add("/c/{slug}/setup/places/{place_id}/close", places.close_form, methods=GET)
    add("/c/{slug}/setup/places/{place_id}/close", places.close, methods=POST)
    add("/c/{slug}/setup/formats", setup.formats, methods=GET)
    add("/c/{slug}/setup/formats", setup.save_formats, methods=POST)
    add("/c/{slug}/setup/weights", setup.weights, methods=GET)
    add("/c/{slug}/setup/weights", setup.try_weights, methods=POST)


def _running(add: Callable[..., None]) -> None:
    add("/c/{slug}/team", team.team, methods=GET)
    add("/c/{slug}/team/invite", team.invite, methods=POST)
    add("/c/{slug}/team/remove", team.remove, methods=POST)
    add("/c/{slug}/log", log.log, methods=GET)
    add("/c/{slug}/log.csv", log.log_file, methods=GET)


async def static_file(request: Request, path: str) -> Response:
    """A stylesheet, script or picture; its address changes with its content."""
    file = (STATIC / path).resolve()
    if not file.is_relative_to(STATIC) or not file.is_file():
        raise HTTPException(404)
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    if file.suffix in (".css", ".js", ".svg") and "gzip" in request.headers.get("accept-encoding", ""):
        kind = mimetypes.guess_type(file.name)[0]
        return Response(_zipped(file), media_type=kind, headers=headers | {"Content-Encoding": "gzip"})
    return FileResponse(file, headers=headers)


@cache
def _zipped(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), 9, mtime=0)


async def nothing_here(path: str) -> Response:
    """Any other address."""
    raise HTTPException(404)
