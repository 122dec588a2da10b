"""The solver's picture: what is kept is what a fresh look would find; reasons are looked at when there is news."""

import random
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import numpy as np
import pytest

from services.kit.db import Pool
from services.matchmaking.domain.facts import AttendeeState
from services.matchmaking.domain.suggestion import ExclusionReason
from services.matchmaking.handlers.ports import Picture
from services.matchmaking.store.columns import Positions
from services.matchmaking.store.facts import FactStore
from services.matchmaking.store.picture import Pictures
from services.matchmaking.store.reasons import ReasonStore
from services.matchmaking.store.write import SuggestionStore
from tests.conftest import MakeDatabase, eventually
from tests.matchmaking import attendee, ids, source, suggestion, tie

HERE = uuid4()


@pytest.fixture
async def pool(database: MakeDatabase) -> Pool:
    return (await database("matchmaking")).pool


async def look(pool: Pool, pictures: Pictures) -> Picture:
    async with pool.acquire() as tx, tx.transaction(isolation="repeatable_read", readonly=True):
        return await pictures.read(tx, HERE)


def known(picture: Picture) -> set[tuple[UUID, UUID, float]]:
    ids = [seeker.id for seeker in picture.seekers]
    return {(ids[a], ids[b], amount) for a, b, amount in zip(*picture.ties, strict=True)}


async def save(pool: Pool, *ties: tuple[UUID, UUID, int, int]) -> None:
    async with pool.acquire() as tx, tx.transaction():
        await FactStore(tx).save_ties([tie(HERE, a, b, uuid4(), replies, version) for a, b, replies, version in ties])


async def test_what_is_kept_and_what_is_new_make_what_a_fresh_look_finds(pool: Pool):
    rng = random.Random(7)
    people = ids(12)
    pairs = [(a, b) for n, a in enumerate(people) for b in people[n + 1 :]]
    warm = Pictures()
    replies: dict[tuple[UUID, UUID], int] = {}
    for version in range(1, 8):
        changed = {pair: rng.choice([0, 1, 5]) for pair in rng.sample(pairs, 9)}
        replies |= changed
        await save(pool, *((a, b, count, version) for (a, b), count in changed.items()))
        away = people[:3] + people[-1:] if version % 2 == 0 else []
        async with pool.acquire() as tx, tx.transaction():
            states = {id: AttendeeState.PAUSED if id in away else AttendeeState.JOINED for id in people}
            rows = [attendee(id, HERE, state=state, version=version) for id, state in states.items()]
            await FactStore(tx).save_attendees(rows)
        cold, kept = await look(pool, Pictures()), await look(pool, warm)
        here = {(a, b, 2.0 * count) for (a, b), count in replies.items() if count and not {a, b} & {*away}}
        assert known(kept) == known(cold) == here != set()
        assert len(kept.ties.a) == len(known(kept))


async def test_a_pair_of_whom_one_is_away_takes_nobody_elses_place(pool: Pool):
    a, b, c = ids(3)
    async with pool.acquire() as tx, tx.transaction():
        paused = attendee(c, HERE, state=AttendeeState.PAUSED)
        await FactStore(tx).save_attendees([attendee(a, HERE), attendee(b, HERE), paused])
        for pair in ((a, b), (a, c), (c, b)):
            await SuggestionStore(tx).exclude(HERE, *pair, ExclusionReason.BLOCKED)
    assert (await look(pool, Pictures())).spent == {(0, 1)}


async def test_a_tie_written_by_a_transaction_that_was_under_way_is_not_missed(pool: Pool):
    a, b, c = ids(3)
    async with pool.acquire() as tx, tx.transaction():
        await FactStore(tx).save_attendees([attendee(id, HERE) for id in (a, b, c)])
    warm = Pictures()
    async with pool.acquire() as slow, slow.transaction():
        await FactStore(slow).save_ties([tie(HERE, a, b, uuid4(), 1)])
        await save(pool, (b, c, 2, 1))
        assert known(await look(pool, warm)) == {(b, c, 4.0)}
    assert known(await look(pool, warm)) == {(a, b, 2.0), (b, c, 4.0)}


async def test_a_single_tie_that_changed_takes_the_place_of_what_was_known(pool: Pool):
    a, b = ids(2)
    once = replace(tie(HERE, a, b, uuid4(), 1), id=UUID("01a20d90-2d43-707f-a695-5e6e97559383"))
    async with pool.acquire() as tx, tx.transaction():
        await FactStore(tx).save_attendees([attendee(id, HERE) for id in (a, b)])
        await FactStore(tx).save_ties([once])
    warm = Pictures()
    assert known(await look(pool, warm)) == {(a, b, 2.0)}
    async with pool.acquire() as tx, tx.transaction():
        await FactStore(tx).save_ties([replace(tie(HERE, a, b, uuid4(), 9, 2), id=once.id)])
    assert known(await look(pool, warm)) == {(a, b, 18.0)}


async def test_only_the_conferences_read_last_are_kept(pool: Pool):
    warm = Pictures()
    async with pool.acquire() as tx, tx.transaction():
        for _ in range(Pictures.MOST + 3):
            await warm.read(tx, uuid4())
    assert len(warm._kept) == Pictures.MOST


def column(ids: Sequence[UUID]) -> np.ndarray:
    return np.frombuffer(b"".join(id.bytes for id in ids), [("high", ">u8"), ("low", ">u8")])


def test_ids_are_found_wherever_they_stand_and_however_alike_they_are():
    alike = [UUID(int=(high << 64) + low) for high in range(4) for low in range(4)]
    at = Positions(alike)
    assert at.of(column(alike)).tolist() == list(range(16))
    assert at.of(column([UUID(int=99), alike[3], UUID(int=(3 << 64) + 4)])).tolist() == [-1, 3, -1]
    assert Positions([]).of(column(alike)).tolist() == [-1] * 16


async def test_reasons_of_open_suggestions_are_looked_at_when_there_is_news_of_them(pool: Pool):
    a, b, c, d = ids(4)
    one, two = suggestion(HERE, (a, b)), suggestion(HERE, (c, d))

    async def stale() -> list[UUID]:
        async with pool.acquire() as tx, tx.transaction():
            return sorted(s.id for s in (await ReasonStore(tx).read(HERE, [], "0")).stale)

    async with pool.acquire() as tx, tx.transaction():
        await FactStore(tx).save_attendees([attendee(id, HERE) for id in (a, b, c, d)])
        await FactStore(tx).save_ties([tie(HERE, a, b, uuid4()), tie(HERE, c, d, uuid4())])
        await SuggestionStore(tx).add([one, two])

    async def nothing_new() -> bool:  # at once, unless another transaction of the server was under way
        return await stale() == []

    assert await stale() == sorted([one.id, two.id])
    await eventually(nothing_new)
    await save(pool, (c, d, 9, 2))
    assert await stale() == [two.id]
    await eventually(nothing_new)
    async with pool.acquire() as tx, tx.transaction():
        await FactStore(tx).save_attendees([replace(attendee(b, HERE), version=2)])
    assert await stale() == [one.id]
    async with pool.acquire() as slow, slow.transaction():
        await FactStore(slow).save_sources([source(uuid4(), HERE)])
        await eventually(nothing_new)
    assert await stale() == sorted([one.id, two.id])


async def test_grounds_tell_of_a_source_hidden_since_the_picture(pool: Pool):
    list_id = uuid4()
    seen = (await look(pool, Pictures())).seen
    for known in (source(list_id, HERE), replace(source(list_id, HERE), withdrawn=True, version=2)):
        async with pool.acquire() as tx, tx.transaction():
            await FactStore(tx).save_sources([known])
        async with pool.acquire() as tx, tx.transaction():
            assert (await ReasonStore(tx).read(HERE, [], seen)).hidden is known.withdrawn
