"""One-time links and browser sessions against real PostgreSQL."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from services.portal.domain.roles import Role
from services.portal.domain.sign_in import Identity, LinkRefused, Refusal
from services.portal.store.sign_in import Signer, SignInStore, appoint, issue_link

HERE = UUID(int=1)
SIGNER = Signer("s" * 40)
HOUR = timedelta(hours=1)
ORGANIZER = Identity("org@example.org", Role.DESK, HERE)


@pytest.fixture
async def pool(database):
    return (await database("portal")).pool


async def token(pool, subject="a1", role="attendee", ttl=HOUR):
    if role != "attendee":
        await appoint(pool, HERE, subject, Role(role))
    path = await issue_link(pool, SIGNER, subject=subject, role=role, conference_id=HERE, ttl=ttl)
    return path.removeprefix("/sign-in/")


async def test_a_link_can_be_looked_at_often_and_used_once(pool):
    store, link = SignInStore(pool, SIGNER), await token(pool)
    ada = Identity("a1", Role.ATTENDEE, HERE)
    assert await store.look(link) == ada
    assert await store.look(link) == ada
    assert await store.consume(link) == ada
    for attempt in (store.look, store.consume):
        with pytest.raises(LinkRefused) as refused:
            await attempt(link)
        assert refused.value.refusal is Refusal.USED
        assert refused.value.identity == ada


async def test_of_twenty_who_use_a_link_at_once_one_gets_in(pool):
    link = await token(pool)
    tries = await asyncio.gather(*(SignInStore(pool, SIGNER).consume(link) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(outcome, Identity) for outcome in tries) == 1
    assert sum(isinstance(outcome, LinkRefused) for outcome in tries) == 19


async def test_an_expired_link_is_refused_as_expired(pool):
    link = await token(pool, ttl=timedelta(seconds=-1))
    for attempt in (SignInStore(pool, SIGNER).look, SignInStore(pool, SIGNER).consume):
        with pytest.raises(LinkRefused) as refused:
            await attempt(link)
        assert refused.value.refusal is Refusal.EXPIRED


async def test_a_session_ends_when_it_is_closed_or_its_time_is_up(pool):
    store = SignInStore(pool, SIGNER)
    ada = Identity("a1", Role.ATTENDEE, HERE)
    await store.open("one", ada, HOUR)
    await store.open("two", ada, timedelta(seconds=-1))
    assert await store.find("one") == ada
    assert await store.find("two") is None
    await store.close("one")
    assert await store.find("one") is None


async def test_the_cookie_itself_is_not_in_the_database(pool):
    await SignInStore(pool, SIGNER).open("secret-cookie", Identity("a1", Role.ATTENDEE, HERE), HOUR)
    stored = await pool.fetchval("SELECT id_hash FROM browser_session")
    assert b"secret-cookie" not in stored
    assert len(stored) == 32


async def test_an_organizer_session_has_the_role_of_today_and_ends_with_it(pool):
    store = SignInStore(pool, SIGNER)
    identity = await store.consume(await token(pool, "Org@Example.org", "desk"))
    assert identity == ORGANIZER
    await store.open("cookie", identity, HOUR)
    await token(pool, "org@example.org", "viewer")
    assert await store.find("cookie") == Identity("org@example.org", Role.VIEWER, HERE)
    await pool.execute("DELETE FROM organizer")
    assert await store.find("cookie") is None


async def test_a_link_opens_what_its_organizer_may_now_and_nothing_once_they_were_removed(pool):
    store = SignInStore(pool, SIGNER)
    link, other = await token(pool, "org@example.org", "owner"), await token(pool, "org@example.org", "owner")
    await appoint(pool, HERE, "org@example.org", Role.DESK)
    assert await store.look(link) == ORGANIZER
    assert await store.consume(link) == ORGANIZER
    await pool.execute("DELETE FROM organizer")
    for attempt in (store.look, store.consume):
        with pytest.raises(LinkRefused) as refused:
            await attempt(other)
        assert refused.value.refusal is Refusal.EXPIRED
    assert await pool.fetchval("SELECT count(*) FROM organizer") == 0  # and the link brought nobody back


async def test_requests_are_counted_for_each_asker_within_the_hour(pool):
    store = SignInStore(pool, SIGNER)
    assert await store.requests_in_the_last_hour("a") == 1
    assert await store.requests_in_the_last_hour("b") == 1
    assert await store.requests_in_the_last_hour("a") == 2
    await pool.execute("UPDATE sign_in_request SET requested_at = now() - interval '61 minutes'")
    assert await store.requests_in_the_last_hour("a") == 1
    assert await pool.fetchval("SELECT count(*) FROM sign_in_request") == 1


async def test_an_address_enters_as_attendee_and_as_organizer_but_not_with_a_cancelled_ticket(pool):
    await pool.execute(
        "INSERT INTO read_conference VALUES ($1, 1, 'x', 'X', 'UTC', '2026-05-14', '2026-05-15', '')", HERE
    )
    for number, state in ((3, "joined"), (4, "cancelled")):
        await pool.execute(
            "INSERT INTO read_attendee VALUES ($1, 1, $2, $3, 'Ada', 'Org@example.org', $4, 3, '{}', '{}')",
            UUID(int=number), HERE, str(number), state,
        )  # fmt: skip
    await token(pool, "org@example.org", "desk")
    store = SignInStore(pool, SIGNER)
    attendee = Identity(str(UUID(int=3)), Role.ATTENDEE, HERE)
    assert set(await store.entries("org@example.org", HERE)) == {attendee, ORGANIZER}
    assert set(await store.entries("org@example.org", None)) == {attendee, ORGANIZER}
    assert await store.entries("org@example.org", UUID(int=9)) == []
    assert await store.entries("nobody@example.org", None) == []
    await store.queue_link(attendee)
    queued = await pool.fetchrow("SELECT kind, recipient, role FROM mail")
    assert tuple(queued) == ("sign-in", str(UUID(int=3)), "attendee")
