"""On site: people say that they are here, and whoever has nobody to meet is shown whom they could meet now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.kit.errors import Conflict, Invalid, NotFound
from services.scheduling.domain.session import Session, Spot, State
from services.scheduling.engine.instant import Group, soonest_spot
from services.scheduling.handlers.offering import at_once, group_of
from services.scheduling.handlers.ports import Presence, Sessions

BELIEVED = timedelta(hours=2)  # then it is asked anew: people leave without a word
SOON = timedelta(minutes=20)  # at most one slot of the grid away
LOOKED_AT = 20  # of the person's sessions
MOST_HERE = 1_000
MOST_CANDIDATES = 50
ARRIVE = "whoever wants to meet now says first that they are here; check in"
SHOWN = 5
USUAL = "coffee"


class Store(Sessions, Presence, Protocol):
    """Sessions, and who is here."""


@dataclass(frozen=True, slots=True)
class NowOffer:
    """People who are here and free, and where; `session` None: they have no match yet."""

    session: Session | None
    attendee_ids: tuple[UUID, ...]
    spot: Spot


async def check_in(store: Store, conference_id: UUID, attendee_id: UUID, gone: bool, now: datetime) -> None:
    """The person is here for the next two hours, or (`gone`) not any more; raises NotFound, or Conflict."""
    await store.lock(conference_id)
    if await store.cancelled_among([attendee_id]):
        raise Conflict("attendee_id", "the registration was cancelled; register again first")
    if not await store.set_here(conference_id, attendee_id, None if gone else now + BELIEVED):
        raise NotFound("attendee", attendee_id)


async def list_here(store: Presence, conference_id: UUID, attendee_id: UUID, now: datetime) -> list[UUID]:
    """Who else is here, the last one who came first; raises Conflict when the person is not."""
    if not await store.here_among(conference_id, [attendee_id], now):
        raise Conflict("attendee_id", ARRIVE)
    here = await store.all_here(conference_id, now, MOST_HERE)
    return [one for one in here if one != attendee_id]


async def offer_now(
    store: Store, conference_id: UUID, attendee_id: UUID, candidates: Sequence[UUID], now: datetime
) -> list[NowOffer]:
    """Sessions that could be held at once instead of later, then people to meet, in the order of `candidates`.

    Nobody is offered who did not say that they are here. Raises Conflict when the person did not either.
    """
    if len(candidates) > MOST_CANDIDATES:
        raise Invalid("candidates", f"{len(candidates)} are too many; give the best {MOST_CANDIDATES}")
    if await store.frozen(conference_id):
        return []
    sessions = [one for one in await store.open_sessions_of([attendee_id], now) if _ahead(one, now)][:LOOKED_AT]
    matched = {person for session in sessions for person in session.attendee_ids}
    here = await store.here_among(conference_id, {attendee_id, *matched, *candidates}, now)
    if attendee_id not in here:
        raise Conflict("attendee_id", ARRIVE)
    offers = [await _of_session(store, session, now) for session in sessions if here.issuperset(session.attendee_ids)]
    for candidate in dict.fromkeys(candidates):
        if candidate in here - matched - {attendee_id}:
            offers.append(await _of_pair(store, conference_id, (attendee_id, candidate), now))
    return [offer for offer in offers if offer][:SHOWN]


def _ahead(session: Session, now: datetime) -> bool:
    return session.during is None or session.state == State.UNPLACED or session.during.starts_at > now + SOON


async def _of_session(store: Store, session: Session, now: datetime) -> NowOffer | None:
    model = await store.load_model(session.conference_id, session.attendee_ids, now, without=[session.id])
    spot = soonest_spot(model, at_once(group_of(model, session)), now + SOON)
    return NowOffer(session, session.attendee_ids, spot) if spot else None


async def _of_pair(store: Store, conference_id: UUID, people: tuple[UUID, UUID], now: datetime) -> NowOffer | None:
    model = await store.load_model(conference_id, people, now)
    spot = soonest_spot(model, at_once(Group(people, model.formats[USUAL])), now + SOON)
    return NowOffer(None, people, spot) if spot else None
