"""What a signed-in attendee's pages ask the services: themselves, their suggestions, their sessions."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from hallway.attendee.v1 import service_pb2 as attendee_pb
from hallway.matchmaking.v1 import service_pb2 as matchmaking_pb
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.kit.errors import Forbidden, NotFound, Unavailable
from services.portal.api import events as convert
from services.portal.api.pages import views
from services.portal.api.pages.visit import Visit
from services.portal.domain.contact import may_exchange
from services.portal.domain.language import ngettext
from services.portal.domain.read_model import Attendee, Session, Suggestion
from services.portal.store import contacts, reads, words
from services.portal.store import told as told_store
from services.portal.store.evidence import evidence

TIMEOUT = 5.0  # seconds; a page waits no longer for a service


@dataclass(frozen=True)
class Own:
    """The signed-in attendee of a visit."""

    visit: Visit
    me: Attendee
    handles: list[str]
    refused: frozenset[str] = frozenset()  # ids of sources they withdrew from

    @property
    def zone(self) -> ZoneInfo:
        """The conference's time zone."""
        assert self.visit.conference
        return ZoneInfo(self.visit.conference.time_zone)

    @property
    def home(self) -> str:
        """The path of this person's page."""
        assert self.visit.conference
        return f"/c/{self.visit.conference.slug}/me"

    @property
    def is_today(self) -> bool:
        """Whether it is a day of the conference."""
        assert self.visit.conference
        conference, today = self.visit.conference, self.visit.site.deps.clock().astimezone(self.zone).date()
        return conference.starts_on <= today <= conference.ends_on


async def own(visit: Visit) -> Own:
    """Who is signed in, asked afresh so that a page shows what its last form changed."""
    assert visit.identity
    client = visit.site.deps.clients.attendee
    request = attendee_pb.GetAttendeeRequest(attendee_id=visit.identity.subject)
    reply = await client.call(client.stub.GetAttendee, request, timeout=TIMEOUT)
    me = convert.attendee(reply.attendee, 0)
    if me.state == "cancelled":
        raise Forbidden("Your ticket for this conference was cancelled, so there is nothing to show any more.")
    return Own(visit, me, list(reply.handles), frozenset(reply.refused_sources))


async def suggestions(person: Own, hide_no: bool = True) -> list[tuple[Suggestion, str]]:
    """This person's open suggestions, best first, each with their own answer ('' is none yet)."""
    client = person.visit.site.deps.clients.matchmaking
    request = matchmaking_pb.ListSuggestionsRequest(
        conference_id=str(person.me.conference_id), attendee_id=str(person.me.id)
    )
    reply = await client.call(client.stub.ListSuggestions, request, timeout=TIMEOUT)
    found = [(convert.suggestion(own.suggestion, 0), _answer(own.answer)) for own in reply.suggestions]
    return [(suggestion, answer) for suggestion, answer in found if not hide_no or answer != "no"]


def _answer(value: int) -> str:
    name = convert.name_of(matchmaking_pb.Answer, value)
    return "" if name == "unspecified" else name


async def suggestion(person: Own, suggestion_id: UUID) -> tuple[Suggestion, str]:
    """One of this person's open suggestions; raises NotFound."""
    for found, answer in await suggestions(person):
        if found.id == suggestion_id:
            return found, answer
    raise NotFound("suggestion", suggestion_id)


async def sessions(person: Own) -> list[Session]:
    """This person's sessions: those ahead by time, then those without a slot, then the rest."""
    client = person.visit.site.deps.clients.scheduling
    request = scheduling_pb.ListSessionsRequest(
        conference_id=str(person.me.conference_id), attendee_id=str(person.me.id), limit=100
    )
    reply = await client.call(client.stub.ListSessions, request, timeout=TIMEOUT)
    now = person.visit.site.deps.clock()
    return sorted((convert.session(s, 0, now) for s in reply.sessions), key=_order)


def _order(session: Session) -> tuple[int, float]:
    rank = {"scheduled": 0, "unplaced": 1, "held": 2, "missed": 3, "cancelled": 4}
    return rank.get(session.state, 5), session.starts_at.timestamp() if session.starts_at else 0


async def session(person: Own, session_id: UUID) -> Session:
    """One session of this person; raises NotFound for anybody else's."""
    client = person.visit.site.deps.clients.scheduling
    request = scheduling_pb.GetSessionRequest(session_id=str(session_id))
    reply = await client.call(client.stub.GetSession, request, timeout=TIMEOUT)
    found = convert.session(reply, 0, person.visit.site.deps.clock())
    if person.me.id not in found.attendee_ids:
        raise NotFound("session", session_id)
    return found


async def suggestion_views(person: Own, found: Sequence[tuple[Suggestion, str]]) -> list[views.SuggestionView]:
    """The suggestions with names and words."""
    deps = person.visit.site.deps
    names = await reads.names(deps.pool, {i for suggestion, _ in found for i in suggestion.attendee_ids})
    said = await words.own(deps.pool, [s.id for s, _ in found], person.me.id)
    return [
        replace(views.suggestion_view(s, answer, person.me.id, names, deps.clock()), word=said.get(s.id, ""))
        for s, answer in found
    ]


async def session_views(person: Own, found: Sequence[Session]) -> list[views.SessionView]:
    """The sessions with names, reasons and local times."""
    deps, now = person.visit.site.deps, person.visit.site.deps.clock()
    names = await reads.names(deps.pool, {i for session in found for i in session.attendee_ids})
    known = await evidence(deps.pool, [session.id for session in found])
    why = {i: views.reasons(*reason, person.me.id, names, now) for i, reason in known.items()}
    ids = [session.id for session in found]
    told = await told_store.told(deps.pool, ids, person.me.id)
    given = await contacts.seen(deps.pool, ids, person.me.id, now)
    said = await words.of_sessions(deps.pool, {s.id: s.attendee_ids for s in found}, now)
    return [
        views.session_view(
            s, why.get(s.id, []), person.me.id, names, person.zone, now,
            replace(
                _told(told[s.id], said.get(s.id, {}), person.me.id, names),
                contact=contact_state(person, s, len(given.get(s.id, ()))),
            ),
        )
        for s in found
    ]  # fmt: skip


def contact_state(person: Own, session: Session, seen: int) -> str:
    """How far exchanging details is, of which this person sees so many: "" (not now), possible, given, exchanged."""
    assert person.visit.conference
    possible = may_exchange(session, person.visit.conference, person.visit.site.deps.clock())
    return ("possible", "given", "exchanged")[seen] if possible else ""


def _told(told: told_store.Told, said: Mapping[UUID, str], me: UUID, names: Mapping[UUID, str]) -> views.Told:
    late = tuple(
        ngettext("%(who)s is about %(num)s minute late.", "%(who)s is about %(num)s minutes late.", minutes)
        % {"who": names.get(who, ""), "num": minutes}
        for who, minutes in sorted(told.late.items())
        if who != me
    )
    others = tuple((names.get(who, ""), word) for who, word in said.items() if who != me)
    return views.Told(late, told.marks, told.note, words=others)


async def overview(person: Own) -> tuple[list[views.SuggestionView] | None, list[views.SessionView] | None]:
    """Both lists; None for the one whose service does not answer, so that the other is still shown."""

    async def suggested() -> list[views.SuggestionView] | None:
        try:
            return await suggestion_views(person, await suggestions(person))
        except Unavailable:
            return None

    async def scheduled() -> list[views.SessionView] | None:
        try:
            return await session_views(person, await sessions(person))
        except Unavailable:
            return None

    both = await asyncio.gather(suggested(), scheduled())
    return both[0], both[1]
