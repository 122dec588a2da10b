"""The attendee service's store against real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from uuid import UUID

import asyncpg
import pytest

from services.attendee.domain.attendee import Attendee, Profile, State
from services.attendee.domain.conference import Conference
from services.attendee.domain.events import AttendeeRegistered, TieChanged
from services.attendee.domain.handle import Handle, email_handle
from services.attendee.domain.registering import Person
from services.attendee.domain.source import Source, SourceFigures, SourceHeader, Visibility
from services.attendee.domain.tie import PairTotal, Tie, TieCount, tie_id
from services.attendee.store import reads
from services.attendee.store.write import Store
from services.kit.db import Pool
from services.kit.errors import Conflict, NotFound
from tests.conftest import MakeDatabase, eventually

CONFERENCE, ADA, BOB, CYD, IRC, MAIL, OTHER = (UUID(int=n) for n in range(1, 8))
AB, AC, BC = (tie_id(CONFERENCE, *pair) for pair in ((ADA, BOB), (ADA, CYD), (BOB, CYD)))
START = UUID(int=0)


def person(attendee_id: UUID, name: str, state: State = State.JOINED) -> Person:
    profile = Profile(("tea", "c, d"), (), 3)
    attendee = Attendee(attendee_id, CONFERENCE, name, name, f"{name}@example.org", state, profile)
    return Person(attendee, frozenset({email_handle(attendee.email), Handle("irc", name)}))


def source(source_id: UUID = IRC, name: str = "the channel") -> Source:
    return Source(source_id, SourceHeader(CONFERENCE, "irc", name, Visibility.PUBLIC), SourceFigures())


def total(a: UUID, b: UUID, count: int, month: str = "2026-03") -> PairTotal:
    return PairTotal(a, b, "reply", month, count, 0)


@pytest.fixture
async def pool(database: MakeDatabase) -> Pool:
    """A conference with ada and bob, who joined, and cyd, who did not."""
    pool = (await database("attendee")).pool
    async with writing(pool) as store:
        day = date(2026, 11, 24)
        await store.add_conference(Conference(CONFERENCE, "tiny", "Tiny", "UTC", day, day, ""))
        await save(store, person(ADA, "ada"), person(BOB, "bob"), person(CYD, "cyd", State.REGISTERED))
    return pool


@asynccontextmanager
async def writing(pool: Pool) -> AsyncIterator[Store]:
    async with pool.acquire() as tx, tx.transaction():
        yield Store(tx)


async def save(store: Store, *people: Person) -> None:
    await store.save_attendees([p.attendee for p in people])
    await store.save_handles(people)


async def ties(pool: Pool) -> dict[UUID, list[tuple[UUID, str, int]]]:
    """What may be asked: tie -> (source, month, a to b)."""
    async with pool.acquire() as tx:
        found = await reads.ties(tx, CONFERENCE, None, START, 100)
    return {t.id: [(c.source_id, c.month, c.a_to_b) for c in t.counts] for t in found}


async def import_totals(pool: Pool, totals: Iterable[PairTotal], into: Source | None = None) -> list[UUID]:
    async with writing(pool) as store:
        changed = await store.replace_counts(into or source(), list(totals))
        await store.save_source(into or source())
        return changed


async def test_people_come_back_as_they_were_saved(pool: Pool) -> None:
    async with writing(pool) as store:
        assert await store.people_of_tickets(CONFERENCE, ["ada", "nobody"]) == {"ada": person(ADA, "ada")}
        assert await store.person(BOB) == person(BOB, "bob")
        with pytest.raises(NotFound):
            await store.person(IRC)
        assert await store.holders(CONFERENCE, {("irc", "bob"), ("irc", "zed")}) == {("irc", "bob"): "bob"}
        assert await store.addresses(CONFERENCE, "irc") == {"ada": ADA, "bob": BOB, "cyd": CYD}


async def test_a_handle_that_somebody_else_has_is_a_conflict_that_names_it(pool: Pool) -> None:
    taken = replace(person(ADA, "ada"), handles=frozenset({Handle("irc", "bob")}))
    with pytest.raises(Conflict, match="irc:bob") as error:
        async with writing(pool) as store:
            await store.save_handles([taken])
    assert error.value.problems[0].field == "handles"
    async with writing(pool) as store:
        assert (await store.person(ADA)).handles == person(ADA, "ada").handles


async def test_handles_can_be_swapped(pool: Pool) -> None:
    async with writing(pool) as store:
        ada, bob = await store.person(ADA), await store.person(BOB)
        await store.save_handles([replace(ada, handles=bob.handles), replace(bob, handles=ada.handles)])
    async with writing(pool) as store:
        assert (await store.person(ADA)).handles == bob.handles


async def test_a_ticket_is_one_person_even_if_the_rules_were_wrong(pool: Pool) -> None:
    double = person(IRC, "zed")
    with pytest.raises(asyncpg.UniqueViolationError):
        async with writing(pool) as store:
            await store.save_attendees([replace(double.attendee, ticket="ada")])


async def test_commands_on_one_conference_wait_for_each_other(pool: Pool) -> None:
    async with writing(pool) as first:
        await first.lock_conference(CONFERENCE)
        async with writing(pool) as second:
            waiting = asyncio.ensure_future(second.lock_conference(CONFERENCE))
            await eventually(lambda: pool.fetchval("select exists (select from pg_locks where not granted)"))
            assert not waiting.done()
            await first.tx.execute("rollback; begin")
            await waiting


async def test_an_unknown_conference_cannot_be_locked(pool: Pool) -> None:
    async with writing(pool) as store:
        with pytest.raises(NotFound):
            await store.lock_conference(IRC)


async def test_only_counts_that_differ_change_their_ties(pool: Pool) -> None:
    assert set(await import_totals(pool, [total(ADA, BOB, 1), total(ADA, CYD, 2)])) == {AB, AC}
    assert await import_totals(pool, [total(ADA, BOB, 1), total(ADA, CYD, 2)]) == []
    assert await import_totals(pool, [total(ADA, BOB, 3), total(ADA, CYD, 2)]) == [AB]
    assert await ties(pool) == {AB: [(IRC, "2026-03", 3)]}  # cyd has not said yes


async def test_counts_that_are_no_longer_given_go(pool: Pool) -> None:
    await import_totals(pool, [total(ADA, BOB, 1), total(ADA, BOB, 1, "2026-04")])
    assert await import_totals(pool, [total(ADA, BOB, 1)]) == [AB]
    assert await ties(pool) == {AB: [(IRC, "2026-03", 1)]}
    assert await import_totals(pool, []) == [AB]
    assert await ties(pool) == {}


async def test_one_source_leaves_the_counts_of_another_alone(pool: Pool) -> None:
    await import_totals(pool, [total(ADA, BOB, 1)])
    other = source(MAIL, "the list")
    await import_totals(pool, [total(ADA, BOB, 5)], other)
    async with writing(pool) as store:
        assert await store.remove_source(source()) == [AB]
    assert await ties(pool) == {AB: [(MAIL, "2026-03", 5)]}
    async with writing(pool) as store:
        assert await store.find_source(source().header) is None
        assert await store.find_source(other.header) == other
        with pytest.raises(NotFound):
            await store.lock_source(IRC)


async def test_added_counts_add_up_and_say_how_many_ties_are_new_to_the_source(pool: Pool) -> None:
    async with writing(pool) as store:
        added = await store.add_counts(source(), [total(ADA, BOB, 2)], {ADA, BOB})
        assert (added.changed, added.new) == (1, 1)
        await store.save_source(source())
        added = await store.add_counts(source(), [total(ADA, BOB, 3), total(BOB, CYD, 1)], {ADA, BOB})
        assert (added.changed, added.new) == (2, 1)
    assert await ties(pool) == {AB: [(IRC, "2026-03", 5)]}


async def test_added_counts_are_told_with_all_that_the_tie_has_if_both_said_yes(pool: Pool) -> None:
    await import_totals(pool, [total(ADA, BOB, 1), total(ADA, CYD, 1)], source(OTHER, "the list"))
    async with writing(pool) as store:
        await store.advance([AB, AC])
        added = await store.add_counts(source(), [total(ADA, BOB, 2), total(ADA, CYD, 5)], {ADA, BOB})
        await store.save_source(source())
        assert added.told == [
            Tie(AB, CONFERENCE, ADA, BOB,
                (TieCount(IRC, "reply", "2026-03", 2, 0), TieCount(OTHER, "reply", "2026-03", 1, 0)), 2)
        ]  # fmt: skip
        added = await store.add_counts(
            source(), [total(ADA, BOB, 3), total(ADA, BOB, 4, "2026-02"), total(ADA, CYD, 1)], {ADA, BOB, CYD}
        )
    counts = {tie.id: [(c.source_id, c.month, c.a_to_b) for c in tie.counts] for tie in added.told}
    assert counts == {
        AB: [(IRC, "2026-02", 4), (IRC, "2026-03", 5), (OTHER, "2026-03", 1)],
        AC: [(IRC, "2026-03", 6), (OTHER, "2026-03", 1)],
    }
    assert {tie.id: tie.version for tie in added.told} == {AB: 3, AC: 1}


async def test_counts_stop_at_what_an_event_can_hold(pool: Pool) -> None:
    for _ in range(2):
        async with writing(pool) as store:
            await store.add_counts(source(), [total(ADA, BOB, 4_000_000_000)], {ADA, BOB})
            await store.save_source(source())
    assert await ties(pool) == {AB: [(IRC, "2026-03", 4_294_967_295)]}


async def test_only_ties_of_two_people_who_said_yes_advance_by_one_version(pool: Pool) -> None:
    await import_totals(pool, [total(ADA, BOB, 1), total(ADA, CYD, 1)])
    for version in (1, 2):
        async with writing(pool) as store:
            told = await store.advance([AB, AC])
        assert told == [Tie(AB, CONFERENCE, ADA, BOB, (TieCount(IRC, "reply", "2026-03", 1, 0),), version)]


@pytest.mark.parametrize(("state", "told"), [(State.PAUSED, [AB]), (State.REGISTERED, []), (State.CANCELLED, [])])
async def test_a_pause_keeps_ties_and_nothing_else_does(pool: Pool, state: State, told: list[UUID]) -> None:
    await import_totals(pool, [total(ADA, BOB, 1)])
    async with writing(pool) as store:
        await store.save_attendees([person(BOB, "bob", state).attendee])
        assert [tie.id for tie in await store.advance([AB])] == told
    assert list(await ties(pool)) == told


async def test_a_forgotten_tie_is_told_as_gone_and_its_version_goes_on_when_it_comes_back(pool: Pool) -> None:
    await import_totals(pool, [total(ADA, BOB, 1), total(ADA, CYD, 1), total(BOB, CYD, 1)])
    async with writing(pool) as store:
        await store.advance([AB])
        assert set(await store.ties_of([ADA])) == {AB, AC}
        assert set(await store.forget_ties_of([ADA])) == {AB, AC}
        assert await store.forget_ties_of([ADA]) == []
        assert await store.advance([AB]) == [Tie(AB, CONFERENCE, ADA, BOB, (), 2)]
        assert await store.ties_of([ADA, CYD]) == [BC]
    await import_totals(pool, [total(ADA, BOB, 7)])
    async with writing(pool) as store:
        assert [tie.version for tie in await store.advance([AB])] == [3]


async def test_facts_are_in_the_outbox_in_their_order_if_and_only_if_the_change_is_kept(pool: Pool) -> None:
    ada = person(ADA, "ada").attendee
    with pytest.raises(RuntimeError):
        async with writing(pool) as store:
            await store.publish([AttendeeRegistered(ada)])
            raise RuntimeError
    assert await pool.fetchval("select count(*) from outbox") == 0
    async with writing(pool) as store:
        await store.publish([AttendeeRegistered(ada), TieChanged(Tie(AB, CONFERENCE, ADA, BOB, (), 4))])
    rows = await pool.fetch("select type, key, sequence from outbox order by position")
    assert [tuple(row) for row in rows] == [
        ("hallway.attendee.v1.AttendeeRegistered", str(ADA), 1),
        ("hallway.attendee.v1.TieChanged", str(AB), 4),
    ]


async def test_ties_come_in_pages_and_by_person(pool: Pool) -> None:
    await import_totals(pool, [total(ADA, BOB, 1), total(ADA, CYD, 1), total(BOB, CYD, 1)])
    async with writing(pool) as store:
        await store.save_attendees([person(CYD, "cyd").attendee])
    async with pool.acquire() as tx:
        everything = await reads.ties(tx, CONFERENCE, None, START, 10)
        assert {t.id for t in everything} == {AB, AC, BC}
        pages = [
            await reads.ties(tx, CONFERENCE, None, START, 2),
            await reads.ties(tx, CONFERENCE, None, everything[1].id, 2),
        ]
        assert [t for page in pages for t in page] == everything
        assert {t.id for t in await reads.ties(tx, CONFERENCE, CYD, START, 10)} == {AC, BC}


async def test_the_address_of_a_registration_is_not_listed_among_claimed_handles(pool: Pool) -> None:
    async with pool.acquire() as tx:
        assert await reads.attendee(tx, ADA) == (person(ADA, "ada").attendee, ["irc:ada"])
