"""Registers tickets of a conference, or brings them up to date: all of a request or nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.attendee.domain.attendee import Claim, Registration, read_claim
from services.attendee.domain.events import AttendeeJoined
from services.attendee.domain.handle import email_handle
from services.attendee.domain.registering import Registered, register
from services.attendee.domain.text import Problems
from services.attendee.handlers.ports import Handles, Registering
from services.attendee.handlers.tell_ties import tell_ties
from services.kit.errors import Invalid

MOST = 20_000


@dataclass(frozen=True, slots=True)
class Result:
    """How many tickets were new, changed or as before; attendee ids in the order of the request."""

    registered: int
    updated: int
    unchanged: int
    attendee_ids: list[UUID]


async def register_attendees(
    store: Registering, conference_id: UUID, claims: Sequence[Claim], new_id: Callable[[], UUID]
) -> Result:
    """Raises NotFound for the conference, and Invalid with every problem of every row (0-based)."""
    problems = Problems()
    wanted = _read(claims, problems)
    await store.lock_conference(conference_id)
    known = await store.people_of_tickets(conference_id, [r.ticket for r in wanted.values()])
    results = {row: register(known.get(r.ticket), r, conference_id, new_id()) for row, r in wanted.items()}
    await _check_handles(store, conference_id, results, problems)
    if problems.found:
        raise Invalid.all(problems.found)
    await _keep(store, list(results.values()))
    return Result(
        registered=sum(r.is_new for r in results.values()),
        updated=sum(r.changed and not r.is_new for r in results.values()),
        unchanged=sum(not r.changed for r in results.values()),
        attendee_ids=[r.person.attendee.id for r in results.values()],
    )


def _read(claims: Sequence[Claim], problems: Problems) -> dict[int, Registration]:
    """The registrations that are well-formed, by row."""
    if len(claims) > MOST:
        raise Invalid("registrations", f"{len(claims)} registrations in one request; send at most {MOST}")
    wanted, rows = dict[int, Registration](), dict[str, int]()
    for row, claim in enumerate(claims):
        problems.row, before = row, problems.count
        registration = read_claim(claim, problems)
        first = rows.setdefault(registration.ticket, row)
        if first != row and registration.ticket:
            problems.add("ticket", f"ticket {registration.ticket} is in row {first} too; give it once")
        if problems.count == before:
            wanted[row] = registration
    return wanted


async def _check_handles(
    store: Handles, conference_id: UUID, results: Mapping[int, Registered], problems: Problems
) -> None:
    """One address is one person: within the request, and among those registered before."""
    keys = {(h.network, h.address) for r in results.values() for h in r.person.handles}
    here = {r.person.attendee.ticket for r in results.values()}
    holders = await store.holders(conference_id, keys)
    taken = {key: ticket for key, ticket in holders.items() if ticket not in here}
    for problems.row, result in results.items():
        attendee = result.person.attendee
        for handle in sorted(result.person.handles):
            other = taken.setdefault((handle.network, handle.address), attendee.ticket)
            if other == attendee.ticket:
                continue
            both = f"by tickets {other} and {attendee.ticket}; it can be only one person's in a conference"
            if str(handle) == str(email_handle(attendee.email)):
                problems.add("email", f"email {attendee.email} is used {both}")
            else:
                problems.add("handles", f"handle {handle} is claimed {both}")


async def _keep(store: Registering, results: Sequence[Registered]) -> None:
    left = [r.person.attendee.id for r in results if r.somebody_else]
    if left:  # while the old states are still there to tell who knew of the ties
        await tell_ties(store, await store.forget_ties_of(left))
    changed = [r for r in results if r.changed]
    if not changed:
        return
    await store.save_attendees([r.person.attendee for r in changed])
    await store.save_handles([r.person for r in changed])
    await store.publish([event for r in changed for event in r.events])
    joined = [r.person.attendee.id for r in changed if any(isinstance(e, AttendeeJoined) for e in r.events)]
    await tell_ties(store, await store.ties_of(joined))
