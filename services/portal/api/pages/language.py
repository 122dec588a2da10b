"""Choosing a language: kept in a cookie, and for an attendee's mails also in the database."""

from urllib.parse import quote
from uuid import UUID

from fastapi import Response

from services.kit.errors import Invalid
from services.portal.api.pages.security import LANGUAGE_COOKIE, set_cookie
from services.portal.api.pages.visit import Anybody, ByAttendee, Visit
from services.portal.domain.language import LANGUAGES, _
from services.portal.store import language as store


async def choose(visit: Anybody) -> Response:
    """POST /language."""
    await visit.read_form()
    return _chosen(visit, _language(visit))


async def choose_for_me(visit: ByAttendee) -> Response:
    """POST /c/{slug}/me/language."""
    assert visit.identity
    language = _language(visit)
    await store.choose(visit.site.deps.pool, UUID(visit.identity.subject), language)
    return _chosen(visit, language)


def _language(visit: Visit) -> str:
    language = visit.value("language", 10)
    if language not in LANGUAGES:
        raise Invalid("language", _("Choose one of the languages at the foot of the page."))
    return language


def _chosen(visit: Visit, language: str) -> Response:
    """Back to the page, which is one of this site: the path is quoted and never begins with two slashes."""
    response = visit.go("/" + quote(visit.value("back", 500).lstrip("/\\")))
    set_cookie(response, visit.site, LANGUAGE_COOKIE, language)
    return response
