"""How Hallway itself is, in an organizer's words."""

from fastapi import Response

from services.portal.api.pages.visit import ByOrganizer, Visit
from services.portal.domain.language import _, ngettext
from services.portal.store import health as store

BEHIND = 100  # events: less is gone before somebody has read of it


async def health(visit: ByOrganizer) -> Response:
    """GET /c/{slug}/dashboard/health: the strip, which an open page asks for now and then."""
    return visit.page("parts/board_health.html", health=await sentences(visit))


async def sentences(visit: Visit) -> list[tuple[str, bool]]:
    """Each with whether somebody should look into it; the first says how it is as a whole."""
    assert visit.conference
    now = await store.health(visit.site.deps.pool, visit.conference.id)
    waiting = await visit.site.deps.behind()
    troubles = []
    if waiting is None:
        troubles.append(_("News of people and sessions does not come in at the moment. What is shown may be old."))
    elif waiting > BEHIND:
        troubles.append(_("%(count)s changes are still being read; the numbers catch up.") % {"count": waiting})
    if now.dead_letters:
        troubles.append(_say("%(num)s change could not be read and is set aside. Tell who runs the server.",
                             "%(num)s changes could not be read and are set aside. Tell who runs the server.",
                             now.dead_letters))  # fmt: skip
    if now.refused:
        troubles.append(_say("%(num)s mail was not taken by the mail server, and is tried again.",
                             "%(num)s mails were not taken by the mail server, and are tried again.",
                             now.refused))  # fmt: skip
    if now.given_up:
        troubles.append(_say("%(num)s mail was given up within the last day.",
                             "%(num)s mails were given up within the last day.", now.given_up))  # fmt: skip
    mails = _say("%(num)s mail was sent within the last day", "%(num)s mails were sent within the last day", now.sent)
    waits = _say("%(num)s waits.", "%(num)s wait.", now.due) if now.due else _("none waits.")
    first = [] if troubles else [(_("Everything is up to date."), False)]
    return [*first, *((trouble, True) for trouble in troubles), (f"{mails}, {waits}", False)]


def _say(one: str, many: str, count: int) -> str:
    return ngettext(one, many, count) % {"num": count}
