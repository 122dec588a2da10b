"""What a registration does to a ticket: the person afterwards, and the facts to tell."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from services.attendee.domain.attendee import DEFAULT_BUDGET, Attendee, Profile, Registration, State
from services.attendee.domain.events import (
    AttendeeCancelled,
    AttendeeChanged,
    AttendeeEvent,
    AttendeeJoined,
    AttendeeRegistered,
)
from services.attendee.domain.handle import Handle, email_handle


@dataclass(frozen=True, slots=True)
class Person:
    """An attendee with their handles, which are kept here and never published."""

    attendee: Attendee
    handles: frozenset[Handle]


@dataclass(frozen=True, slots=True)
class Registered:
    """A ticket after its registration; `somebody_else`: the ties of who held it before are not theirs."""

    person: Person
    events: tuple[AttendeeEvent, ...]
    is_new: bool = False
    somebody_else: bool = False
    changed: bool = True


def register(known: Person | None, wanted: Registration, conference_id: UUID, new_id: UUID) -> Registered:
    """Brings what is known of a ticket up to date; `new_id` is used when nothing is known."""
    if known is None:
        return _anew(wanted, conference_id, new_id, version=1, joins=wanted.joined)
    before = known.attendee
    if before.state is State.CANCELLED:
        return _anew(wanted, conference_id, before.id, before.version + 1, joins=wanted.joined)
    if before.email.lower() != wanted.email.lower():
        return _somebody_else(known, wanted)
    return _update(known, wanted)


def _anew(wanted: Registration, conference_id: UUID, attendee_id: UUID, version: int, joins: bool) -> Registered:
    profile = replace(wanted.profile, budget=wanted.profile.budget or DEFAULT_BUDGET)
    attendee = Attendee(
        attendee_id, conference_id, wanted.ticket, wanted.name, wanted.email, State.REGISTERED, profile, version
    )
    events: tuple[AttendeeEvent, ...] = (AttendeeRegistered(attendee),)
    if joins:
        attendee = _next(attendee, State.JOINED)
        events += (AttendeeJoined(attendee),)
    handles = wanted.handles | {email_handle(wanted.email)}
    return Registered(Person(attendee, handles), events, is_new=True)


def _somebody_else(known: Person, wanted: Registration) -> Registered:
    """The ticket went to another person: nothing of the one before passes on, least of all their yes."""
    left = _next(known.attendee, State.CANCELLED)
    came = _anew(wanted, left.conference_id, left.id, left.version + 1, joins=False)
    return replace(came, events=(AttendeeCancelled(left), *came.events), is_new=False, somebody_else=True)


def _update(known: Person, wanted: Registration) -> Registered:
    before, profile = known.attendee, _merged(known.attendee.profile, wanted.profile)
    told = replace(before, name=wanted.name, email=wanted.email, profile=profile)
    handles = _handles(known, wanted.handles) if wanted.handles else known.handles
    if wanted.joined and before.state is State.REGISTERED:
        joined = _next(told, State.JOINED)
        return Registered(Person(joined, handles), (AttendeeJoined(joined),))
    if told != before:
        told = _next(told, before.state)
        return Registered(Person(told, handles), (AttendeeChanged(told),))
    return Registered(Person(before, handles), (), changed=handles != known.handles)


def _merged(before: Profile, said: Profile) -> Profile:
    """What a registration leaves empty stays: the person may have told it on their own page."""
    return Profile(said.interests or before.interests, said.formats or before.formats, said.budget or before.budget)


def change_profile(known: Person, profile: Profile, claimed: Iterable[Handle]) -> Registered:
    """The person after telling profile and claimed handles anew; a budget of 0 keeps the one before."""
    before = known.attendee
    told = replace(before, profile=replace(profile, budget=profile.budget or before.profile.budget))
    handles = _handles(known, claimed)
    if told == before:
        return Registered(
            known if handles == known.handles else Person(before, handles), (), changed=handles != known.handles
        )
    told = _next(told, before.state)
    return Registered(Person(told, handles), (AttendeeChanged(told),))


def _handles(known: Person, claimed: Iterable[Handle]) -> frozenset[Handle]:
    """The claimed ones, the proven ones, and the address of the registration."""
    kept = {(h.network, h.address): h for h in known.handles if h.proven}
    own = email_handle(known.attendee.email)
    return frozenset(kept.get((h.network, h.address), h) for h in (*claimed, own)) | frozenset(kept.values())


def _next(attendee: Attendee, state: State) -> Attendee:
    return replace(attendee, state=state, version=attendee.version + 1)
