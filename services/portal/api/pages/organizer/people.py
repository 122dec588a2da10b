"""Finding a person and looking at them, for the pages of those who act."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hallway.attendee.v1 import service_pb2 as attendee_pb
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.kit.errors import NotFound
from services.portal.api import events as convert
from services.portal.api.acting import TIMEOUT
from services.portal.api.pages import views
from services.portal.api.pages.organizer.board import STATES
from services.portal.api.pages.visit import Visit
from services.portal.domain import words
from services.portal.domain.language import _
from services.portal.domain.read_model import Attendee, Session
from services.portal.store import people, reads

SHORTEST = 2  # letters; one letter finds half of everybody


@dataclass(frozen=True)
class SessionLine:
    """A session as organizers see it."""

    id: UUID
    who: str
    what: str
    state: str
    state_words: str
    day: str
    hours: str
    place: str


async def search(visit: Visit, q: str, page: int) -> dict[str, Any]:
    """What a page with a search box shows: what was typed, who was found, whether there are more."""
    assert visit.conference
    q, page = " ".join(q.split())[:100], min(max(page, 0), people.PAGES)
    wanted = len(q) >= SHORTEST and "\0" not in q
    found = await people.search(visit.site.deps.pool, visit.conference.id, q, page) if wanted else []
    return {
        "q": q,
        "searched": wanted,
        "found": found[: people.PAGE],
        "next": page + 1 if len(found) > people.PAGE else None,
    }


async def person(visit: Visit, attendee_id: UUID) -> tuple[Attendee, int]:
    """Somebody of this conference, also who was registered a moment ago, and how many handles they have."""
    assert visit.conference
    client = visit.site.deps.clients.attendee
    reply = await client.call(
        client.stub.GetAttendee, attendee_pb.GetAttendeeRequest(attendee_id=str(attendee_id)), timeout=TIMEOUT
    )
    found = convert.attendee(reply.attendee, 0)
    if found.conference_id != visit.conference.id:
        raise NotFound("attendee", attendee_id)
    return found, len(reply.handles)


async def sessions_of(visit: Visit, attendee_id: UUID) -> list[SessionLine]:
    """A person's sessions."""
    assert visit.conference
    client = visit.site.deps.clients.scheduling
    request = scheduling_pb.ListSessionsRequest(
        conference_id=str(visit.conference.id), attendee_id=str(attendee_id), limit=100
    )
    reply = await client.call(client.stub.ListSessions, request, timeout=TIMEOUT)
    now = visit.site.deps.clock()
    return await lines(visit, [convert.session(s, 0, now) for s in reply.sessions], attendee_id)


async def session(visit: Visit, session_id: UUID) -> Session:
    """A session of this conference; raises NotFound for another's."""
    assert visit.conference
    client = visit.site.deps.clients.scheduling
    request = scheduling_pb.GetSessionRequest(session_id=str(session_id))
    reply = await client.call(client.stub.GetSession, request, timeout=TIMEOUT)
    found = convert.session(reply, 0, visit.site.deps.clock())
    if found.conference_id != visit.conference.id:
        raise NotFound("session", session_id)
    return found


async def lines(visit: Visit, sessions: list[Session], but: UUID | None = None) -> list[SessionLine]:
    """Sessions in words; ``but``: whose page it is, who is not named again."""
    assert visit.conference
    zone = ZoneInfo(visit.conference.time_zone)
    names = await reads.names(visit.site.deps.pool, {i for s in sessions for i in s.attendee_ids})
    return [_line(s, names, zone, but) for s in sessions]


def _line(s: Session, names: dict[UUID, str], zone: ZoneInfo, but: UUID | None) -> SessionLine:
    day, hours = views.when(s.starts_at, s.ends_at, zone)
    who = words.together([names.get(i, _(views.UNKNOWN)) for i in s.attendee_ids if i != but])
    what = _(words.FORMAT_NAMES.get(s.format, s.format))
    return SessionLine(s.id, who, what, s.state, _(STATES[s.state]), day, hours, s.place_name)
