"""The attendee service's use cases, over a store that is a few dictionaries and remembers what was called."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from services.attendee.domain.attendee import Attendee, Claim, Profile, State
from services.attendee.domain.conference import Conference, ConferencePlan
from services.attendee.domain.events import AttendeeCancelled, Event, TieChanged
from services.attendee.domain.handle import Handle
from services.attendee.domain.registering import Person
from services.attendee.domain.source import Source, SourceFigures, SourceHeader, Visibility
from services.attendee.domain.tie import Added, PairCount, PairTotal, Tie
from services.attendee.handlers.cancel_registration import cancel_registration
from services.attendee.handlers.create_conference import create_conference
from services.attendee.handlers.erase_attendee import erase_attendee
from services.attendee.handlers.import_source import import_source
from services.attendee.handlers.join_attendees import join_attendees
from services.attendee.handlers.record_interactions import record_interactions
from services.attendee.handlers.refuse_source import refuse_source
from services.attendee.handlers.register_attendees import register_attendees
from services.attendee.handlers.tell_ties import PORTION, tell_ties
from services.attendee.handlers.update_profile import NewProfile, update_profile
from services.attendee.handlers.withdraw_source import withdraw_source
from services.attendee.importers import Interaction, Tally
from services.kit.errors import Conflict, Invalid, NotFound

CONFERENCE, ADA, BOB, NEW, TIE, SOURCE = (UUID(int=n) for n in range(1, 7))
HEADER = SourceHeader(CONFERENCE, "irc", "the channel", Visibility.PRIVATE)


class Memory:
    """Implements the ports; `calls` are the writes in order."""

    def __init__(self, *people: Person) -> None:
        self.people = {p.attendee.id: p for p in people}
        self.sources: dict[UUID, Source] = {}
        self.changed_ties = [TIE]
        self.calls: list[str] = []
        self.events: list[Event] = []
        self.totals: Sequence[PairTotal] = ()
        self.refused: set[UUID] = set()

    @property
    def told(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    async def publish(self, events: Sequence[Event]) -> None:
        self.events += events

    async def add_conference(self, conference: Conference) -> bool:
        return conference.slug != "taken"

    async def lock_conference(self, conference_id: UUID) -> None:
        if conference_id != CONFERENCE:
            raise NotFound("conference", conference_id)

    async def person(self, attendee_id: UUID) -> Person:
        return self.people[attendee_id]

    async def people_of_tickets(self, conference_id: UUID, tickets: Sequence[str]) -> Mapping[str, Person]:
        return {p.attendee.ticket: p for p in self.people.values() if p.attendee.ticket in tickets}

    async def attendees(self, conference_id: UUID, ids: Collection[UUID]) -> Mapping[UUID, Attendee]:
        return {i: p.attendee for i, p in self.people.items() if i in ids}

    async def save_attendees(self, attendees: Sequence[Attendee]) -> None:
        self.calls.append("save_attendees")
        for a in attendees:
            self.people[a.id] = Person(a, self.people[a.id].handles if a.id in self.people else frozenset())

    async def holders(self, conference_id: UUID, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        held = {(h.network, h.address): p.attendee.ticket for p in self.people.values() for h in p.handles}
        return {key: ticket for key, ticket in held.items() if key in keys}

    async def addresses(self, conference_id: UUID, network: str) -> Mapping[str, UUID]:
        return {h.address: i for i, p in self.people.items() for h in p.handles if h.network == network}

    async def save_handles(self, people: Sequence[Person]) -> None:
        self.calls.append("save_handles")
        for person in people:
            self.people[person.attendee.id] = person

    async def ties_of(self, attendee_ids: Collection[UUID]) -> list[UUID]:
        return list(self.changed_ties) if attendee_ids else []

    async def forget_ties_of(self, attendee_ids: Collection[UUID]) -> list[UUID]:
        self.calls.append("forget_ties_of")
        return list(self.changed_ties)

    async def advance(self, tie_ids: Sequence[UUID]) -> list[Tie]:
        return [Tie(i, CONFERENCE, ADA, BOB, (), 1) for i in tie_ids]

    async def find_source(self, header: SourceHeader) -> Source | None:
        return next((s for s in self.sources.values() if s.header.name == header.name), None)

    async def lock_source(self, source_id: UUID) -> Source:
        return self.sources[source_id]

    async def save_source(self, source: Source) -> None:
        self.sources[source.id] = source

    async def replace_counts(self, source: Source, totals: Sequence[PairTotal]) -> list[UUID]:
        self.totals = totals
        return list(self.changed_ties)

    async def add_counts(self, source: Source, totals: Sequence[PairTotal], said_yes: Collection[UUID]) -> Added:
        self.totals = totals
        return Added(1, 1, await self.advance(self.changed_ties))

    async def refuse(self, header: SourceHeader, attendee_id: UUID) -> None:
        self.refused.add(attendee_id)

    async def refusers(self, header: SourceHeader) -> set[UUID]:
        return self.refused

    async def forget_counts(self, source: Source, attendee_id: UUID) -> tuple[list[UUID], int]:
        return list(self.changed_ties), 3

    async def remove_attendee(self, attendee_id: UUID) -> None:
        del self.people[attendee_id]

    async def remove_source(self, source: Source) -> list[UUID]:
        del self.sources[source.id]
        return list(self.changed_ties)


def person(attendee_id: UUID, ticket: str, state: State = State.REGISTERED) -> Person:
    email = f"{ticket}@example.org"
    attendee = Attendee(attendee_id, CONFERENCE, ticket, ticket.title(), email, state, Profile((), (), 3))
    return Person(attendee, frozenset({Handle("mailto", email), Handle("irc", ticket)}))


def claim(ticket: str, email: str = "", *handles: str) -> Claim:
    return Claim(ticket, ticket.title(), email or f"{ticket}@example.org", handles, (), (), 0, False)


async def register(store: Memory, *claims: Claim) -> list[tuple[int | None, str]]:
    """The (row, field) of each problem."""
    ids = iter(UUID(int=100 + n) for n in range(100))
    try:
        await register_attendees(store, CONFERENCE, claims, lambda: next(ids))
    except Invalid as error:
        assert store.calls == [] and store.events == []
        return [(p.row, p.field) for p in error.problems]
    return []


async def test_a_slug_that_is_taken_is_a_conflict() -> None:
    store, plan = Memory(), ConferencePlan("taken", "X", "UTC", "2026-11-24", "2026-11-24", "")
    with pytest.raises(Conflict, match="taken"):
        await create_conference(store, plan, lambda: NEW)
    await create_conference(store, replace(plan, slug="free"), lambda: NEW)
    assert store.told == ["ConferenceCreated"]


async def test_problems_of_all_rows_are_found_in_one_go() -> None:
    rows = [
        claim("a"),
        claim("b", "no address"),
        claim("c", "", "ric:c", "irc:"),
        claim("a"),
        claim("e", "A@example.org"),
    ]
    found = [(1, "email"), (2, "handles"), (2, "handles"), (3, "ticket"), (4, "email")]
    assert await register(Memory(), *rows) == found


async def test_one_address_is_one_person_within_a_request_and_with_those_before() -> None:
    store = Memory(person(ADA, "ada"))
    rows = [claim("x", "ADA@example.org"), claim("y", "", "irc:ada"), claim("z"), claim("w", "Z@example.org")]
    assert await register(store, *rows) == [(0, "email"), (1, "handles"), (3, "email")]


async def test_two_tickets_may_swap_their_addresses_in_one_request() -> None:
    store = Memory(person(ADA, "ada"), person(BOB, "bob"))
    rows = [claim("ada", "bob@example.org"), claim("bob", "ada@example.org")]
    assert await register(store, *rows) == []
    assert store.people[ADA].handles == {Handle("mailto", "bob@example.org")}


async def test_the_ties_of_who_held_a_ticket_before_are_forgotten_while_it_is_known_who_knew_of_them() -> None:
    store = Memory(person(ADA, "ada", State.JOINED))
    assert await register(store, claim("ada", "someone@example.org")) == []
    assert store.calls == ["forget_ties_of", "save_attendees", "save_handles"]
    assert store.told == ["TieChanged", "AttendeeCancelled", "AttendeeRegistered"]


async def test_more_registrations_than_a_request_may_hold_are_refused() -> None:
    assert await register(Memory(), *[claim("a")] * 20_001) == [(None, "registrations")]


async def test_ties_are_told_when_people_join_and_not_again_after_a_pause() -> None:
    store = Memory(person(ADA, "ada"), person(BOB, "bob", State.PAUSED))
    assert await join_attendees(store, CONFERENCE, [ADA]) == 1
    assert store.told == ["AttendeeJoined", "TieChanged"]
    assert await join_attendees(store, CONFERENCE, [ADA, BOB]) == 1
    assert store.told == ["AttendeeJoined", "TieChanged", "AttendeeJoined"]


async def test_nobody_joins_if_one_is_not_known() -> None:
    store = Memory(person(ADA, "ada"))
    with pytest.raises(Invalid) as error:
        await join_attendees(store, CONFERENCE, [ADA, NEW])
    assert [p.row for p in error.value.problems] == [1]
    assert store.calls == []


async def test_cancelling_forgets_ties_before_the_state_changes_and_drops_handles() -> None:
    store = Memory(person(ADA, "ada", State.JOINED))
    await cancel_registration(store, CONFERENCE, "ada")
    assert store.calls == ["forget_ties_of", "save_attendees", "save_handles"]
    assert store.told == ["TieChanged", "AttendeeCancelled"]
    assert store.people[ADA].handles == frozenset()
    with pytest.raises(NotFound, match="ticket bob"):
        await cancel_registration(store, CONFERENCE, "bob")


async def test_who_cancelled_cannot_change_their_profile() -> None:
    store = Memory(person(ADA, "ada", State.CANCELLED))
    with pytest.raises(Conflict, match="cancelled"):
        await update_profile(store, ADA, NewProfile((), (), 0, ()))


async def test_an_import_keeps_what_two_attendees_said_and_counts_the_rest() -> None:
    store, tally = Memory(person(ADA, "ada"), person(BOB, "bob")), Tally()
    tally.messages, tally.unresolved = 9, 2
    for actor, target in [("ada", "bob"), ("bob", "ada"), ("ada", "zed")]:
        tally.add(Interaction(actor, target, "reply", "2026-03"))
    source = await import_source(store, HEADER, tally, lambda: SOURCE)
    assert source == Source(SOURCE, HEADER, SourceFigures(messages=9, interactions=2, unresolved=3, ties=1), 1)
    assert store.totals == [PairTotal(ADA, BOB, "reply", "2026-03", 1, 1)]
    assert store.told == ["SourceImported", "TieChanged"]
    public = replace(HEADER, visibility=Visibility.PUBLIC)
    again = await import_source(store, public, tally, lambda: NEW)
    assert (again.id, again.version, again.header.visibility) == (SOURCE, 2, Visibility.PUBLIC)


async def test_recorded_counts_are_added_to_the_source() -> None:
    store, count = Memory(person(ADA, "ada"), person(BOB, "bob")), PairCount(BOB, ADA, "reply", "", 4)
    for _ in range(2):
        assert await record_interactions(store, HEADER, [count], lambda: SOURCE) == 1
    assert store.sources[SOURCE] == Source(SOURCE, HEADER, SourceFigures(interactions=8, ties=2), 2)
    assert store.totals == [PairTotal(ADA, BOB, "reply", "", 0, 4)]


async def test_private_counts_do_not_become_public_by_a_later_record() -> None:
    store, count = Memory(person(ADA, "ada"), person(BOB, "bob")), PairCount(BOB, ADA, "reply", "", 4)
    await record_interactions(store, HEADER, [count], lambda: SOURCE)
    with pytest.raises(Conflict, match="private"):
        await record_interactions(store, replace(HEADER, visibility=Visibility.PUBLIC), [count], lambda: NEW)


async def test_counts_of_people_who_are_not_here_are_refused_by_row() -> None:
    store = Memory(person(ADA, "ada"), person(BOB, "bob", State.CANCELLED))
    rows = [PairCount(ADA, NEW, "reply", "", 1), PairCount(BOB, ADA, "wink", "", 1)]
    with pytest.raises(Invalid) as error:
        await record_interactions(store, HEADER, rows, lambda: SOURCE)
    assert [(p.row, p.field) for p in error.value.problems] == [(0, "target_id"), (1, "kind"), (1, "actor_id")]
    with pytest.raises(Invalid, match="10001 counts"):
        await record_interactions(store, HEADER, rows[:1] * 10_001, lambda: SOURCE)


async def test_a_withdrawn_source_is_empty_and_one_version_later() -> None:
    store = Memory()
    store.sources[SOURCE] = Source(SOURCE, HEADER, SourceFigures(5, 4, 3, 2), 7)
    assert await withdraw_source(store, SOURCE) == Source(SOURCE, HEADER, SourceFigures(), 8)
    assert store.told == ["SourceWithdrawn", "TieChanged"]


async def test_who_withdraws_from_a_source_takes_their_counts_along_and_is_left_out_from_then_on() -> None:
    store = Memory(person(ADA, "ada", State.JOINED), person(BOB, "bob", State.JOINED))
    store.sources[SOURCE] = Source(SOURCE, HEADER, SourceFigures(5, 4, 3, 2), 7)
    assert await refuse_source(store, SOURCE, ADA) == 1
    assert store.sources[SOURCE] == Source(SOURCE, HEADER, SourceFigures(5, 1, 3, 1), 8)
    assert store.told == ["SourceImported", "TieChanged"]
    archive = Tally()
    archive.add(Interaction("ada", "bob", "reply", "2026-03"))
    source = await import_source(store, HEADER, archive, lambda: NEW)
    assert (list(store.totals), source.figures.interactions, source.figures.unresolved) == ([], 0, 1)
    await record_interactions(store, HEADER, [PairCount(BOB, ADA, "reply", "", 1)], lambda: NEW)
    assert list(store.totals) == []


async def test_only_who_is_registered_here_can_withdraw_from_a_source() -> None:
    gone, elsewhere = person(ADA, "ada", State.CANCELLED), person(BOB, "bob")
    there = replace(elsewhere.attendee, conference_id=NEW)
    store = Memory(gone, Person(there, elsewhere.handles))
    store.sources[SOURCE] = Source(SOURCE, HEADER, SourceFigures(5, 4, 3, 2), 7)
    with pytest.raises(Conflict, match="cancelled"):
        await refuse_source(store, SOURCE, ADA)
    with pytest.raises(NotFound):
        await refuse_source(store, SOURCE, BOB)
    assert (store.refused, store.told) == (set(), [])


async def test_the_last_word_of_who_is_erased_names_nobody() -> None:
    store = Memory(person(ADA, "ada", State.JOINED))
    await erase_attendee(store, ADA)
    assert store.told == ["TieChanged", "AttendeeCancelled"]
    last = store.events[-1]
    assert isinstance(last, AttendeeCancelled)
    assert last.attendee == Attendee(
        ADA, CONFERENCE, f"erased-{ADA}", "", "", State.CANCELLED, Profile((), (), 1), 2, erased=True
    )
    assert ADA not in store.people


async def test_ties_are_told_in_portions_and_none_is_left_out() -> None:
    store, ids = Memory(), [UUID(int=n) for n in range(2 * PORTION + 1)]
    await tell_ties(store, ids)
    assert [event.tie.id for event in store.events if isinstance(event, TieChanged)] == ids
