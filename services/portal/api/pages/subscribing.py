"""Taking oneself off mails by the address in them, with one click of the mail program (RFC 8058) or of a button.

The address itself is the right to do so: mail programs send neither cookies nor a form's token."""

from uuid import UUID

from fastapi import Response

from services.kit.errors import NotFound
from services.portal.api.pages.visit import Anybody, Visit
from services.portal.store import subscribing


async def ask(visit: Anybody, token: str) -> Response:
    """GET /unsubscribe/{token}: changes nothing, as mail scanners fetch every link."""
    return await _page(visit, token)


async def unsubscribe(visit: Anybody, token: str) -> Response:
    """POST /unsubscribe/{token}; the body, whatever it is, is not read."""
    await subscribing.unsubscribe(visit.site.deps.pool, _whose(visit, token))
    return await _page(visit, token)


async def subscribe(visit: Anybody, token: str) -> Response:
    """POST /unsubscribe/{token}/back."""
    await subscribing.subscribe(visit.site.deps.pool, _whose(visit, token))
    return await _page(visit, token)


async def _page(visit: Visit, token: str) -> Response:
    off = await subscribing.wants_none(visit.site.deps.pool, _whose(visit, token))
    return visit.page("unsubscribe.html", off=off, token=token)


def _whose(visit: Visit, token: str) -> UUID:
    attendee_id = visit.site.deps.signer.unsubscriber(token)
    if attendee_id is None:
        raise NotFound("address", token[:20])
    return attendee_id
