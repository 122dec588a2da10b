"""Who has no session yet and why, and what an organizer can do about it with one click."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

from fastapi import Response
from hallway.matchmaking.v1 import service_pb2

from services.kit.errors import Conflict, NotFound
from services.portal.api.pages.organizer.listing import Choice, Listing, Row, export, show
from services.portal.api.pages.visit import ByActor, ByPeopleOrganizer, Visit
from services.portal.domain.dashboard import REASONS
from services.portal.domain.language import N_, _, ngettext
from services.portal.store import lists

QUIET = timedelta(hours=24)  # nobody is reminded of the same twice in that time
MOST_AT_ONCE = 5_000
REMINDERS = {"not_joined": "welcome", "suggested": "suggestions"}  # the mail that helps
SOLVABLE = ("between", "no_tie")
ADVICE = {
    "not_joined": N_("They have a ticket and have not said yes to being introduced. The welcome has their link."),
    "unplaced": N_(
        "All of them want to meet, and no slot fits yet. It is tried again whenever a place opens or somebody is free; "
        "more places or longer hours help most."
    ),
    "suggested": N_("They have a suggestion they can answer. Whether they did is not known here."),
    "paused": N_("They asked for a pause, and are left alone until they end it themselves."),
    "between": N_("They know people here, and nobody is suggested to them at the moment."),
    "no_tie": N_(
        "Nobody here was found that they talk with online. More sources help, or their handles and interests."
    ),
}


async def left_out(visit: ByPeopleOrganizer, reason: str = "", after: UUID | None = None, done: str = "") -> Response:
    """GET /c/{slug}/left-out, for one reason with ?reason=."""
    assert visit.conference
    counts = await lists.left_out_reasons(visit.site.deps.pool, visit.conference.id)
    return await show(
        visit, _listing(visit, reason, counts), after, "organizer/left_out.html", advice=_(ADVICE.get(reason, "")),
        can_remind=reason in REMINDERS, can_solve=reason in SOLVABLE, notice=_said(done),
    )  # fmt: skip


async def left_out_file(visit: ByPeopleOrganizer, reason: str = "") -> Response:
    """GET /c/{slug}/left-out.csv."""
    return await export(visit, _listing(visit, reason, {}))


def _listing(visit: Visit, reason: str, counts: dict[str, int]) -> Listing:
    if reason and reason not in REASONS:
        raise NotFound("reason", reason)
    return Listing(
        name="left-out",
        heading=_("Who has no session yet"),
        caption=_("Everybody with a ticket and no session ahead of or behind them."),
        columns=(_("Name"), _("Why")),
        empty=_("Nobody. Everybody has a session ahead or behind them."),
        read=partial(_rows, visit, reason),
        choice_name="reason",
        chosen=reason,
        choices=(
            Choice("", _("All"), sum(counts.values())),
            *(Choice(key, _(text), counts.get(key, 0)) for key, text in REASONS.items()),
        ),
    )


async def _rows(visit: Visit, reason: str, after: UUID | None, limit: int) -> Sequence[Row]:
    assert visit.conference
    found = await lists.left_out(visit.site.deps.pool, visit.conference.id, reason, after, limit)
    return [(p.attendee_id, (p.name, _(p.words))) for p in found]


async def remind(visit: ByActor, reason: str) -> Response:
    """POST /c/{slug}/left-out/{reason}/remind: the mail that helps, to one person or all of this reason.

    It goes to whoever is on the list, so it tells of no answer."""
    assert visit.conference
    if reason not in REMINDERS:
        raise NotFound("reminder", reason)
    pool, conference = visit.site.deps.pool, visit.conference.id
    people = [p.attendee_id for p in await lists.left_out(pool, conference, reason, None, MOST_AT_ONCE)]
    if chosen := visit.value("person"):
        people = [person for person in people if str(person) == chosen]
        if not people:
            raise Conflict("person", _("This person is not on the list any more."))
    async with pool.acquire() as tx, tx.transaction():
        count = await lists.remind(tx, conference, REMINDERS[reason], people, visit.site.deps.clock(), QUIET)
    return visit.go(f"/c/{visit.conference.slug}/left-out?reason={reason}&done={count}")


async def solve(visit: ByActor) -> Response:
    """POST /c/{slug}/left-out/solve: has the matchmaker look again now."""
    assert visit.conference
    client = visit.site.deps.clients.matchmaking
    await client.call(client.stub.RequestSolve, service_pb2.RequestSolveRequest(conference_id=str(visit.conference.id)))
    return visit.go(f"/c/{visit.conference.slug}/left-out?done=solve")


def _said(done: str) -> str:
    if done == "solve":
        return _("The matchmaker looks again now. What it finds is here in a moment.")
    if not (done.isascii() and done.isdigit() and len(done) < 6):
        return ""
    count = int(done)
    if count == 0:
        return _("Nobody was written to: everybody here got this mail within the last day.")
    return ngettext("%(num)s person is written to.", "%(num)s people are written to.", count) % {"num": count}
