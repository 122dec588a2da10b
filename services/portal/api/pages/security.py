"""What keeps the pages safe in a browser: headers, cookies, form tokens, bounded forms."""

import hmac
import secrets
from urllib.parse import parse_qs

from fastapi import HTTPException, Request, Response

from services.kit.errors import Forbidden, Invalid
from services.portal.api.pages.site import Site
from services.portal.domain.sign_in import SESSION_LASTS

FORM_MAX_BYTES = 32 * 1024
TABLE_MAX_BYTES = 1024 * 1024  # of a form that holds a table of all places
FORM_MAX_FIELDS = 100
VISIT_COOKIE = "hallway_visit"  # anchors the form tokens of people who are not signed in
ATTENDEE_COOKIE = "hallway_attendee"
ORGANIZER_COOKIE = "hallway_organizer"
LANGUAGE_COOKIE = "hallway_language"

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # sign-in links carry a secret in their path
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


def secure(response: Response, site: Site) -> None:
    """Adds the headers every page carries; pages are personal, so nothing is kept in a cache."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    if site.is_https:
        response.headers.update(HTTPS_ONLY)


def set_cookie(response: Response, site: Site, name: str, value: str, path: str = "/") -> None:
    """A cookie no script reads and no other site's form sends."""
    response.set_cookie(
        name,
        value,
        max_age=int(SESSION_LASTS.total_seconds()),
        path=path,
        secure=site.is_https,
        httponly=True,
        samesite="lax",
    )


def visit_of(request: Request) -> str:
    """The visit cookie's value, made up now if the browser has none; see keep_visit."""
    known = request.cookies.get(VISIT_COOKIE) or getattr(request.state, "visit", None)
    request.state.visit = known or secrets.token_urlsafe(24)
    return str(request.state.visit)


def keep_visit(request: Request, response: Response, site: Site) -> None:
    """Sets the visit cookie if a form on this page needs it."""
    visit = getattr(request.state, "visit", None)
    if visit and VISIT_COOKIE not in request.cookies:
        set_cookie(response, site, VISIT_COOKIE, visit)


def form_token(request: Request, site: Site, session_cookie: str) -> str:
    """The token that only a form of ours, shown to this browser in this session, can carry."""
    return site.deps.signer.keyed_hash("form", f"{visit_of(request)}\0{session_cookie}").hex()


async def read_form(request: Request, most: int = FORM_MAX_BYTES) -> dict[str, list[str]]:
    """The fields of a posted form, bounded in bytes and number."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise HTTPException(415, "Send this form as a browser does (application/x-www-form-urlencoded).")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise HTTPException(413, f"This form is larger than {most // 1024} kB. Shorten what you wrote.")
    try:
        form = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=FORM_MAX_FIELDS, errors="strict")
    except ValueError:
        raise Invalid("form", "The form could not be read. Load the page again and send it once more.") from None
    if any("\0" in value for values in form.values() for value in values):
        raise Invalid("form", "The form contains an invisible character (NUL). Type it again instead of pasting.")
    return form


def check_form_token(request: Request, site: Site, session_cookie: str, form: dict[str, list[str]]) -> None:
    """Refuses a form that was not ours, or not shown to this browser."""
    sent = form.get("form_token", [""])[0]
    if not request.cookies.get(VISIT_COOKIE) or not hmac.compare_digest(
        sent.encode(), form_token(request, site, session_cookie).encode()
    ):
        raise Forbidden(
            "This form is too old, or your browser sends no cookies. Go back, load the page again and repeat it."
        )
