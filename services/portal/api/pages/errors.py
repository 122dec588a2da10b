"""Errors as pages: every route of the pages answers in the same layout, whatever went wrong."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from services.kit.db import TRANSIENT
from services.kit.errors import Conflict, Forbidden, HallwayError, Invalid, NotFound, Unavailable
from services.portal.api.catalogues import catalogue
from services.portal.api.pages.security import LANGUAGE_COOKIE, keep_visit, secure
from services.portal.api.pages.site import Site
from services.portal.api.pages.visit import NotSignedIn, Visit
from services.portal.domain import language
from services.portal.domain.language import N_, _
from services.portal.domain.rate import TooMany

STATUS: dict[type[HallwayError], int] = {
    Invalid: 422,
    NotFound: 404,
    Conflict: 409,
    Forbidden: 403,
    Unavailable: 503,
    TooMany: 429,
}
TITLES = {
    403: N_("This is not open to you"),
    404: N_("There is nothing here"),
    405: N_("That is not how this page works"),
    409: N_("That does not fit any more"),
    413: N_("That is too large"),
    415: N_("That cannot be read"),
    422: N_("Something in the form is not right"),
    429: N_("A little slower, please"),
    503: N_("A part of Hallway does not answer"),
}
MESSAGES = {
    404: N_("The address may be mistyped, or what it showed is gone."),
    405: N_("Go back and use the buttons on the page."),
    500: N_("The fault is ours and has been noted. Nothing you had is lost; try again in a minute."),
    503: N_("Nothing is lost. Try again in a minute."),
}


def page_route(site: Site) -> type[APIRoute]:
    """The kind of route all pages have: it gives them the site, safe headers and error pages."""

    class PageRoute(APIRoute):
        """A page of this site."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            """The route's function with everything a page needs around it."""
            answer = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                request.state.site = site
                request.state.language = speak(request)
                try:
                    response = await answer(request)
                except Exception as error:
                    seen: Visit | None = getattr(request.state, "seen", None)
                    response = error_response(seen or Visit(request, site), error)
                keep_visit(request, response, site)
                secure(response, site)
                return response

            return guarded

    return PageRoute


def speak(request: Request) -> str:
    """Has this request's words come in the language its person chose, or their browser asks for; which that is."""
    chosen, accepted = request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", "")
    spoken = language.choose(chosen, accepted)
    language.speak(catalogue(spoken))
    return spoken


def error_response(visit: Visit, error: Exception) -> Response:
    """The page for an error; htmx gets a line it shows above the page instead."""
    if isinstance(error, NotSignedIn):
        return _sign_in_first(error.visit)
    status, message = _explain(error)
    title = _(TITLES.get(status, N_("Something went wrong")))
    message = _(message or MESSAGES.get(status, MESSAGES[500]))
    if visit.is_partial:
        line = visit.text("parts/problem.html", message=message)
        return HTMLResponse(line, status, {"HX-Retarget": "#problem", "HX-Reswap": "innerHTML"})
    return visit.page("error.html", status, code=status, title=title, message=message)


def _sign_in_first(visit: Visit) -> Response:
    if visit.is_partial:
        return Response(status_code=401, headers={"HX-Refresh": "true"})
    return visit.page("conference.html", 401, message="")


def _explain(error: Exception) -> tuple[int, str]:
    if isinstance(error, HallwayError):
        status = next((s for kind, s in STATUS.items() if isinstance(error, kind)), 500)
        return status, "" if status in (404, 500, 503) else error.message
    if isinstance(error, RequestValidationError):  # an id in the path that is none
        return 404, ""
    if isinstance(error, HTTPException):
        return error.status_code, error.detail if error.status_code not in (404, 405) else ""
    if isinstance(error, TRANSIENT):
        logging.getLogger(__name__).warning("a page could not reach the database: %s", type(error).__name__)
        return 503, ""
    logging.getLogger(__name__).error("a page failed", exc_info=error)
    return 500, ""
