"""What matchmaking's store keeps to on a real PostgreSQL, also when several write at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.kit.db import Connection, Pool
from services.matchmaking.domain.facts import AttendeeState, Session, SessionState
from services.matchmaking.domain.suggestion import Answer, Evidence, ExclusionReason, Suggestion
from services.matchmaking.handlers.ports import Picture
from services.matchmaking.store.facts import FactStore
from services.matchmaking.store.matches import MatchStore
from services.matchmaking.store.picture import Pictures
from services.matchmaking.store.reads import Reads
from services.matchmaking.store.solving import SolveQueue
from services.matchmaking.store.write import SuggestionStore
from tests.conftest import MakeDatabase
from tests.matchmaking import NOW, attendee, ids, source, suggestion, tie


class Db:
    """A database of matchmaking with one conference."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.conference = uuid4()

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Connection]:
        async with self.pool.acquire() as tx, tx.transaction():
            yield tx

    async def people(self, *budgets: int, state: AttendeeState = AttendeeState.JOINED) -> list[UUID]:
        made = ids(len(budgets))
        async with self.tx() as tx:
            rows = [attendee(id, self.conference, budget, state) for id, budget in zip(made, budgets, strict=True)]
            await FactStore(tx).save_attendees(rows)
        return made

    async def add(self, *suggestions: Suggestion) -> list[Suggestion]:
        async with self.tx() as tx:
            return await SuggestionStore(tx).add(suggestions)

    async def suggest(self, *pair: UUID) -> Suggestion:
        (added,) = await self.add(suggestion(self.conference, pair))
        return added

    async def answer(self, of: Suggestion, who: UUID, answer: Answer) -> None:
        async with self.tx() as tx:
            await SuggestionStore(tx).set_answer(of.id, who, answer, answer is Answer.YES)

    async def match(self, *pair: UUID) -> Suggestion:
        made = await self.suggest(*pair)
        for person in pair:
            await self.answer(made, person, Answer.YES)
        async with self.tx() as tx:
            await MatchStore(tx).make_match(made, made.attendee_ids)
        return made

    async def holds(self, person: UUID) -> int:
        count = await self.pool.fetchval("select count(*) from membership where attendee_id = $1 and holds", person)
        return int(count)

    async def listed(self, person: UUID) -> list[UUID]:
        async with self.tx() as tx:
            return [own.suggestion.id for own in await Reads(tx).own(person, NOW)]

    async def spent(self) -> set[tuple[UUID, UUID]]:
        rows = await self.pool.fetch("select a, b from spent_pair where conference_id = $1", self.conference)
        return {(row["a"], row["b"]) for row in rows}

    async def picture(self, pictures: Pictures | None = None) -> Picture:
        async with self.pool.acquire() as tx, tx.transaction(isolation="repeatable_read", readonly=True):
            return await (pictures or Pictures()).read(tx, self.conference)

    async def met(self) -> list[tuple[UUID, UUID]]:
        picture = await self.picture()
        return [(picture.seekers[a].id, picture.seekers[b].id) for a, b in picture.met]

    async def expire(self, hours: int = 73) -> list[Suggestion]:
        async with self.tx() as tx:
            return await SuggestionStore(tx).expire(NOW + timedelta(hours=hours), 100)


@pytest.fixture
async def db(database: MakeDatabase) -> Db:
    return Db((await database("matchmaking")).pool)


async def test_an_older_event_changes_nothing(db: Db):
    (ada,) = await db.people(3)
    async with db.tx() as tx:
        facts = FactStore(tx)
        await facts.save_attendees([attendee(ada, db.conference, 5, AttendeeState.CANCELLED, version=3)])
        await facts.save_attendees([attendee(ada, db.conference, 9, version=2)])
        assert await facts.cancelled([ada]) == [ada]


async def test_a_tie_may_come_before_its_people_and_its_source(db: Db):
    a, b = ids(2)
    list_id = uuid4()
    async with db.tx() as tx:
        facts = FactStore(tx)
        await facts.save_ties([tie(db.conference, a, b, list_id)])
        await facts.save_attendees([attendee(a, db.conference), attendee(b, db.conference)])
        await facts.save_sources([source(list_id, db.conference)])
    picture = await db.picture()
    assert [s.id for s in picture.seekers] == [a, b]
    assert [column.tolist() for column in picture.ties] == [[0], [1], [6.0]]


async def test_a_suggestion_that_does_not_fit_a_budget_is_not_added(db: Db):
    a, b, c = await db.people(1, 1, 1)
    first, second = suggestion(db.conference, (a, b)), suggestion(db.conference, (b, c))
    assert [s.id for s in await db.add(first, second)] == [first.id]
    assert await db.add(second) == []
    assert [await db.holds(person) for person in (a, b, c)] == [1, 1, 0]


@pytest.mark.parametrize("state", [AttendeeState.REGISTERED, AttendeeState.PAUSED, AttendeeState.CANCELLED])
async def test_only_joined_people_get_suggestions(db: Db, state: AttendeeState):
    (a,) = await db.people(3)
    (b,) = await db.people(3, state=state)
    assert await db.add(suggestion(db.conference, (a, b))) == []


async def test_two_writers_who_want_the_last_place_do_not_both_get_it(db: Db):
    popular, *others = await db.people(1, 1, 1)
    first, second = db.pool.acquire(), db.pool.acquire()
    async with first as one, second as two:
        slow, fast = one.transaction(), two.transaction()
        await slow.start()
        await fast.start()
        added = await SuggestionStore(one).add([suggestion(db.conference, (popular, others[0]))])
        waiting = asyncio.create_task(SuggestionStore(two).add([suggestion(db.conference, (popular, others[1]))]))
        await _blocked(db.pool)
        await slow.commit()
        assert (len(added), await waiting) == (1, [])
        await fast.commit()
    assert await db.holds(popular) == 1


async def _blocked(pool: Pool) -> None:
    async with asyncio.timeout(90):
        while not await pool.fetchval("select exists (select from pg_locks where not granted)"):
            await asyncio.sleep(0.01)


async def test_many_writers_at_once_never_exceed_a_budget(db: Db):
    budgets = [1, 2, 3, 1, 2, 3, 1, 2]
    people = await db.people(*budgets)
    pairs = [(a, b) for i, a in enumerate(people) for b in people[i + 1 :]]

    async def write(offset: int) -> int:
        turned = pairs[offset:] + pairs[:offset]
        chunks = [turned[n : n + 4] for n in range(0, len(turned), 4)]
        added = [await db.add(*(suggestion(db.conference, pair) for pair in chunk)) for chunk in chunks]
        return sum(map(len, added))

    total = sum(await asyncio.gather(*(write(n * 4) for n in range(6))))
    held = [await db.holds(person) for person in people]
    assert all(has <= budget for has, budget in zip(held, budgets, strict=True))
    assert sum(held) == 2 * total > 0
    assert await db.pool.fetchval("select count(*) from (select distinct attendee_ids from suggestion) s") == total


async def test_a_no_frees_ones_own_place_and_not_the_others(db: Db):
    a, b = await db.people(1, 1)
    made = await db.suggest(a, b)
    await db.answer(made, a, Answer.NO)
    assert (await db.holds(a), await db.holds(b)) == (0, 1)
    assert (await db.listed(a), await db.listed(b)) == ([], [made.id])


async def test_a_suggestion_carries_its_place_among_each_ones_whatever_they_answered(db: Db):
    a, b, c, d = await db.people(4, 4, 4, 4)
    (best,) = await db.add(suggestion(db.conference, (a, b), weight=0.9))
    await db.answer(best, a, Answer.NO)
    middle, last = await db.add(
        suggestion(db.conference, (b, c), weight=0.7), suggestion(db.conference, (a, c), weight=0.6)
    )
    ranks = [dict(zip(s.attendee_ids, s.ranks, strict=True)) for s in (best, middle, last)]
    assert ranks == [{a: 1, b: 1}, {b: 2, c: 1}, {a: 2, c: 2}]
    (expired, *_) = sorted(await db.expire(), key=lambda s: -s.weight)
    assert expired.ranks == (1, 1)


async def test_answering_leaves_the_published_version_alone(db: Db):
    a, b = await db.people(1, 1)
    made = await db.suggest(a, b)
    await db.answer(made, a, Answer.NO)
    (expired,) = await db.expire()
    assert expired.version == 2


@pytest.mark.parametrize("first", list(Answer) + [None])
@pytest.mark.parametrize("second", [Answer.NOT_NOW, Answer.NO, None])
async def test_a_pair_comes_again_after_expiry_only_if_nobody_was_silent_or_said_no(
    db: Db, first: Answer | None, second: Answer | None
):
    a, b = await db.people(1, 1)
    made = await db.suggest(a, b)
    for person, answer in ((a, first), (b, second)):
        if answer:
            await db.answer(made, person, answer)
    assert await db.spent() == {(a, b)}
    await db.expire()
    again = first in (Answer.YES, Answer.NOT_NOW) and second is Answer.NOT_NOW
    assert await db.spent() == (set() if again else {(a, b)})
    assert len(await db.add(suggestion(db.conference, (a, b)))) == (1 if again else 0)


@pytest.mark.parametrize("reason", list(ExclusionReason))
async def test_an_excluded_pair_is_never_added_and_what_is_open_stays_for_the_other(db: Db, reason: ExclusionReason):
    a, b, c = await db.people(2, 2, 2)
    made = await db.suggest(a, b)
    async with db.tx() as tx:
        store = SuggestionStore(tx)
        assert await store.exclude(db.conference, a, b, reason) is True
        assert await store.exclude(db.conference, c, b, reason) is False
    assert (await db.listed(a), await db.listed(b)) == ([], [made.id])
    assert (await db.holds(a), await db.holds(b)) == (0, 1)
    assert await db.spent() == {(a, b), (b, c)}
    assert await db.add(suggestion(db.conference, (b, c))) == []


async def test_who_cancels_leaves_open_suggestions_and_matches_and_frees_the_others(db: Db):
    a, b, c = await db.people(3, 3, 3)
    opened, matched = await db.suggest(a, b), await db.match(a, c)
    other = await db.suggest(b, c)
    async with db.tx() as tx:
        assert [s.id for s in await SuggestionStore(tx).withdraw_of([a])] == [opened.id]
        assert [m.id for m in await MatchStore(tx).cancel_matches_of([a])] == [matched.id]
    async with db.tx() as tx:  # once
        assert await SuggestionStore(tx).withdraw_of([a]) == []
        assert await MatchStore(tx).cancel_matches_of([a]) == []
    assert [await db.holds(person) for person in (a, b, c)] == [0, 1, 1]
    assert await db.listed(b) == [other.id]


async def test_only_a_meeting_that_both_know_of_is_in_the_picture(db: Db):
    a, b, c = await db.people(3, 3, 3)
    made = await db.match(a, b)
    async with db.tx() as tx:
        await MatchStore(tx).follow_sessions([Session(made.id, SessionState.HELD, 1)])
        await SuggestionStore(tx).exclude(db.conference, a, c, ExclusionReason.MET)
    assert await db.met() == [(a, b)]
    async with db.tx() as tx:
        await SuggestionStore(tx).exclude(db.conference, c, a, ExclusionReason.MET)
    assert sorted(await db.met()) == [(a, b), (a, c)]


@pytest.mark.parametrize("state", [SessionState.HELD, SessionState.MISSED, SessionState.CANCELLED])
async def test_a_session_that_is_over_frees_the_budget_and_the_two_are_not_suggested_again(db: Db, state: SessionState):
    a, b = await db.people(1, 1)
    made = await db.match(a, b)
    async with db.tx() as tx:
        matches = MatchStore(tx)
        assert await matches.follow_sessions([Session(made.id, SessionState.AHEAD, 1)]) == set()
        assert await db.holds(a) == 1
        assert await matches.follow_sessions([Session(made.id, state, 3)]) == {db.conference}
        assert await matches.follow_sessions([Session(made.id, SessionState.AHEAD, 2)]) == set()
        assert await matches.follow_sessions([Session(uuid4(), state, 1)]) == set()
    assert (await db.holds(a), await db.holds(b)) == (0, 0)
    assert await db.spent() == {(a, b)}
    met = await db.pool.fetchval("select count(*) from exclusion where reason = 'met'")
    assert met == (2 if state is SessionState.HELD else 0)


async def test_a_tie_that_is_gone_takes_its_open_suggestion_along_whatever_was_answered(db: Db):
    a, b, c = await db.people(3, 3, 3)
    gone, kept = await db.suggest(a, b), await db.suggest(b, c)
    await db.answer(gone, a, Answer.NO)
    async with db.tx() as tx:
        facts = FactStore(tx)
        await facts.save_ties([tie(db.conference, a, b, uuid4(), version=1)])
        lost = tie(db.conference, a, b, uuid4(), replies=0, version=2)
        await facts.save_ties([lost])
        assert await facts.ties_gone([lost.id]) == [(a, b)]
        assert [s.id for s in await SuggestionStore(tx).withdraw_ties([(a, b)])] == [gone.id]
    assert await db.listed(b) == [kept.id]


async def test_expiry_closes_what_is_due_and_frees_everybody(db: Db):
    a, b = await db.people(1, 1)
    made = await db.suggest(a, b)
    assert await db.expire(hours=71) == []
    assert [s.id for s in await db.expire(hours=72)] == [made.id]
    assert await db.expire(hours=73) == []
    assert (await db.holds(a), await db.holds(b)) == (0, 0)


async def test_reasons_are_replaced_while_open_and_forgotten_with_their_source_afterwards(db: Db):
    a, b = await db.people(1, 1)
    list_id, chat_id = uuid4(), uuid4()
    made = await db.suggest(a, b)
    reasons = (Evidence(list_id, "the list", "reply", 1, 2), Evidence(chat_id, "the chat", "reply", 1, 2))
    async with db.tx() as tx:
        store = SuggestionStore(tx)
        (changed,) = await store.refresh({made.id: reasons})
        assert (changed.evidence, changed.version) == (reasons, 2)
        assert await store.refresh({made.id: reasons}) == []
        await FactStore(tx).save_sources([source(list_id, db.conference)])
    await db.expire()
    async with db.tx() as tx:
        await SuggestionStore(tx).forget_source([list_id])
    text = await db.pool.fetchval("select evidence::text from suggestion")
    assert ("the list" in text, "the chat" in text) == (False, True)


async def claim(db: Db, owner: UUID, quiet: float = 0, lease: float = 30) -> UUID | None:
    async with db.tx() as tx:
        return await SolveQueue(tx).claim(owner, quiet, lease)


async def request(db: Db, *conferences: UUID) -> None:
    async with db.tx() as tx:
        await SolveQueue(tx).request(conferences, "00-trace")


async def test_one_worker_at_a_time_has_the_lease_on_a_conference(db: Db):
    other = uuid4()
    await request(db, db.conference)
    await request(db, db.conference)
    await request(db, other)
    one, two = uuid4(), uuid4()
    assert [await claim(db, one), await claim(db, two), await claim(db, two)] == [db.conference, other, None]


async def test_workers_who_claim_at_the_same_time_do_not_get_the_same_conference(db: Db):
    await request(db, db.conference)
    claimed = await asyncio.gather(*(claim(db, uuid4()) for _ in range(6)))
    assert [found for found in claimed if found] == [db.conference]


async def test_a_lease_that_ran_out_goes_to_another_worker_and_the_first_cannot_write(db: Db):
    await request(db, db.conference)
    dead, alive = uuid4(), uuid4()
    assert await claim(db, dead, lease=0) == db.conference
    assert await claim(db, alive) == db.conference
    async with db.tx() as tx:
        assert await SolveQueue(tx).renew(db.conference, dead, 30) is False
        assert await SolveQueue(tx).renew(db.conference, alive, 30) is True


async def test_what_is_asked_for_while_solving_is_solved_next(db: Db):
    await request(db, db.conference)
    worker = uuid4()
    await claim(db, worker)
    async with db.tx() as tx:
        seen = await SolveQueue(tx).requests(db.conference)
    assert seen.cause == "00-trace"
    await request(db, db.conference)
    async with db.tx() as tx:
        await SolveQueue(tx).finish(db.conference, seen)
    assert await claim(db, worker) == db.conference


async def test_a_conference_is_not_due_before_it_is_quiet(db: Db):
    await request(db, db.conference)
    assert await claim(db, uuid4(), quiet=60) is None


async def test_a_person_may_not_be_twice_in_a_suggestion(db: Db):
    a, b = await db.people(2, 2)
    with pytest.raises(asyncpg.UniqueViolationError):
        await db.add(replace(suggestion(db.conference, (a, b)), attendee_ids=(a, a)))
