"""The portal's SQL on a real PostgreSQL: the read model, the dashboard, mail and tokens."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.kit.db import Pool
from services.portal.api.http import views
from services.portal.domain import mails, tokens
from services.portal.domain.mails import Notice
from services.portal.domain.read_model import (
    Attendee,
    Conference,
    Match,
    Row,
    Session,
    Source,
    Suggestion,
    Tie,
)
from services.portal.domain.tokens import Token
from services.portal.handlers.follow import follow
from services.portal.store import dashboard, mail, reads
from services.portal.store.mail import MailStore
from services.portal.store.sign_in import Signer, SignInStore, issue_link
from services.portal.store.tokens import TokenStore
from services.portal.store.write import ReadModelStore
from tests.conftest import MakeDatabase

NOW = datetime(2027, 5, 14, 7, 0, tzinfo=UTC)
HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
CONFERENCE = Conference(HERE, 1, "pycamp", "PyCamp", "Europe/Madrid", date(2027, 5, 14), date(2027, 5, 15), "")
SESSION = Session(
    UUID(int=90), 1, HERE, (UUID(int=11), UUID(int=12)), "coffee", "scheduled", UUID(int=31), "Corner A",
    NOW + timedelta(hours=2), NOW + timedelta(hours=3), 0, "", NOW,
)  # fmt: skip


@pytest.fixture
async def pool(database: MakeDatabase) -> Pool:
    return (await database("portal")).pool


def person(number: int, state: str = "joined", where: UUID = HERE) -> Attendee:
    name, email = f"Person {number}", f"p{number}@example.org"
    return Attendee(UUID(int=number), 1, where, f"T-{number}", name, email, state, 4, ("wheels", "a,b"), ())


def tie(number: int, a: int, b: int, total: int = 3) -> Tie:
    return Tie(UUID(int=number), 1, HERE, UUID(int=a), UUID(int=b), total)


def suggestion(number: int, state: str, *people: int) -> Suggestion:
    evidence = ({"source_name": "chat", "first_to_second": 2},)
    who = tuple(UUID(int=p) for p in people)
    return Suggestion(UUID(int=number), 1, HERE, who, "tie", "coffee", state, NOW, evidence)


async def take(pool: Pool, *rows: Row) -> None:
    """Follows each row as an event of its own."""
    for row in rows:
        await take_together(pool, [row])


async def take_together(pool: Pool, rows: Sequence[Row]) -> None:
    async with pool.acquire() as tx, tx.transaction():
        await follow(ReadModelStore(tx), rows)


async def counter(pool: Pool) -> int:
    return (await dashboard.change_counters(pool)).get(HERE, 0)


async def test_what_was_written_is_read_again(pool: Pool):
    source = Source(UUID(int=70), 1, HERE, "irc", "chat", "public", "imported", 5, 4, 1, 2)
    open_one = replace(suggestion(80, "open", 12, 11), ranks=(2, 1))
    await take(pool, CONFERENCE, person(11), person(12), source, open_one, SESSION)
    assert await reads.conference(pool, "pycamp") == CONFERENCE
    assert await reads.attendees(pool, HERE, None, 10) == [person(11), person(12)]
    assert await reads.sources(pool, HERE) == [source]
    assert await reads.open_suggestions(pool, UUID(int=11)) == [replace(open_one, size=2)]
    shown = views.suggestion(open_one, UUID(int=11), {})
    assert shown["rank"] == 1  # and nobody else's
    assert "ranks" not in shown
    assert await reads.sessions(pool, HERE, UUID(int=12), None, 10) == [SESSION]
    assert await reads.session(pool, SESSION.id) == SESSION
    assert await reads.names(pool, [UUID(int=11)]) == {UUID(int=11): "Person 11"}


async def test_a_suggestion_is_open_no_longer_once_its_match_is_made(pool: Pool):
    people = (UUID(int=11), UUID(int=12))
    await take(pool, CONFERENCE, person(11), person(12), suggestion(80, "open", 11, 12))
    before = await dashboard.dashboard(pool, HERE)
    assert {left.reason for left in before.left_out} == {"suggested"}
    await take(pool, Match(UUID(int=80), 1, HERE, people, "coffee", "cancelled"))
    assert await reads.open_suggestions(pool, people[0]) == []
    after = await dashboard.dashboard(pool, HERE)
    assert {left.reason for left in after.left_out} == {"no_tie"}


async def test_lists_come_a_page_at_a_time(pool: Pool):
    await take_together(pool, [person(n) for n in (11, 12, 13)])
    assert [a.id.int for a in await reads.attendees(pool, HERE, UUID(int=11), 1)] == [12]


async def test_an_older_or_equal_event_changes_nothing(pool: Pool):
    newest = replace(person(11), version=5, name="Ana")
    await take(pool, newest)
    before = await counter(pool)
    await take(pool, person(11), replace(newest, name="Anna"))
    assert await reads.attendee(pool, UUID(int=11)) == newest
    assert await counter(pool) == before


async def test_a_batch_with_one_person_many_times_keeps_the_newest_and_counts_once(pool: Pool):
    versions = [replace(person(11), version=v, name=f"v{v}") for v in (2, 3, 1)]
    await take_together(pool, [*versions, person(12)])
    found = await reads.attendee(pool, UUID(int=11))
    assert found and found.name == "v3"
    assert await counter(pool) == 1


async def test_the_dashboard_counts_people_and_sessions_and_names_who_is_left_out(pool: Pool):
    people = [person(n) for n in range(11, 19)]
    people += [person(20, "registered"), person(21, "cancelled"), person(22, "paused"), person(40, where=ELSEWHERE)]
    await take_together(pool, people)
    await take_together(pool, [tie(50, 11, 12), tie(51, 13, 14, 0), tie(52, 15, 18)])
    await take_together(
        pool, [suggestion(60, "matched", 11, 12), suggestion(61, "open", 13, 14), suggestion(62, "expired", 15, 18)]
    )
    made = Match(UUID(int=60), 1, HERE, (UUID(int=11), UUID(int=12)), "coffee", "made")
    unseen = Match(UUID(int=63), 1, HERE, (UUID(int=16), UUID(int=22)), "coffee", "made")
    await take_together(pool, [made, unseen])
    unplaced = replace(
        SESSION, id=UUID(int=91), state="unplaced", attendee_ids=(UUID(int=17),), starts_at=None, ends_at=None,
        place_id=None,
    )  # fmt: skip
    held = replace(SESSION, id=UUID(int=92), state="held", attendee_ids=(UUID(int=11),), changed_at=NOW + timedelta(1))
    await take_together(pool, [SESSION, unplaced, held])
    d = await dashboard.dashboard(pool, HERE)
    assert (d.registered, d.joined, d.with_ties, d.suggested, d.matched, d.people_reached) == (10, 9, 4, 6, 4, 2)
    assert (d.scheduled, d.unplaced, d.held, d.missed, d.cancelled) == (1, 1, 1, 0, 0)
    assert {p.attendee_id.int: p.reason for p in d.left_out} == {
        13: "suggested",
        14: "suggested",
        15: "between",
        16: "unplaced",
        17: "unplaced",
        18: "between",
        20: "not_joined",
        22: "unplaced",
    }
    assert d.left_out_total == 8
    assert [s.session_id.int for s in d.latest] == [92, 91, 90]


async def test_an_empty_conference_has_a_dashboard(pool: Pool):
    assert (await dashboard.dashboard(pool, HERE)).registered == 0


async def test_the_dashboard_names_a_bounded_number_and_counts_all(pool: Pool):
    await take_together(pool, [person(n, "registered") for n in range(1000, 1150)])
    d = await dashboard.dashboard(pool, HERE)
    assert (len(d.left_out), d.left_out_total) == (100, 150)


async def test_the_same_thing_is_told_a_person_once(pool: Pool):
    notices = [mails.welcome(person(11)), mails.welcome(person(11))]
    await MailStore(pool, NOW).add(notices)  # type: ignore[arg-type]
    await MailStore(pool, NOW).add(notices)  # type: ignore[arg-type]
    assert await pool.fetchval("SELECT count(*) FROM mail") == 1


async def test_a_mail_is_claimed_by_one_sender_and_comes_back_if_that_one_dies(pool: Pool):
    await MailStore(pool, NOW).add(mails.of_session(UUID(int=5), "scheduled", SESSION)[:1])  # type: ignore[arg-type]
    patience = timedelta(minutes=2)

    async def claim(now: datetime) -> mail.Due | None:
        async with pool.acquire() as tx, tx.transaction():
            return await mail.claim(tx, now, patience)

    first = [due for due in await asyncio.gather(*(claim(NOW) for _ in range(4))) if due]
    assert [due.session for due in first] == [SESSION]
    assert await claim(NOW + timedelta(minutes=1)) is None
    again = await claim(NOW + timedelta(minutes=2))
    assert again and again.tries == 2
    await mail.sent(pool, again.id, NOW)  # type: ignore[arg-type]
    assert await claim(NOW + timedelta(days=9)) is None


async def test_a_sign_in_link_does_not_wait_behind_welcomes(pool: Pool):
    store = MailStore(pool, NOW)  # type: ignore[arg-type]
    await store.add([mails.welcome(person(n)) for n in (11, 12)])
    later = MailStore(pool, NOW + timedelta(seconds=1))  # type: ignore[arg-type]
    await later.add([Notice(UUID(int=8), "sign-in", HERE, "olga@example.org", "owner")])
    first = await mail.claim(pool, NOW + timedelta(seconds=2), timedelta(minutes=2))  # type: ignore[arg-type]
    assert first and (first.kind, first.recipient, first.role) == ("sign-in", "olga@example.org", "owner")


async def test_a_newer_mail_about_a_session_takes_the_place_of_one_not_sent(pool: Pool):
    store = MailStore(pool, NOW)  # type: ignore[arg-type]
    await store.add(mails.of_session(UUID(int=5), "scheduled", SESSION))
    await store.add(mails.of_session(UUID(int=6), "moved", replace(SESSION, calendar_sequence=1)))
    waiting = await pool.fetch("SELECT kind FROM mail WHERE dropped_at IS NULL")
    assert [r["kind"] for r in waiting] == ["moved", "moved"]


async def test_a_person_is_told_of_suggestions_again_only_after_they_looked_or_a_day(pool: Pool):
    store, ana = MailStore(pool, NOW), str(UUID(int=11))  # type: ignore[arg-type]
    notice = Notice(UUID(int=7), "suggestions", HERE, ana)
    await store.add([notice], after=timedelta(minutes=2))
    day = NOW - timedelta(hours=24)
    assert await store.lately_told_of_suggestions([ana, "other"], day) == {ana}
    assert await store.lately_told_of_suggestions([ana], NOW + timedelta(hours=1)) == set()
    await pool.execute("UPDATE mail SET sent_at = $1", NOW)
    signer = Signer("s" * 40)
    async with pool.acquire() as tx:
        link = await issue_link(tx, signer, subject=ana, role="attendee", conference_id=HERE, ttl=timedelta(hours=1))
        assert await store.lately_told_of_suggestions([ana], day) == {ana}
        await SignInStore(tx, signer).consume(link.rpartition("/")[2])
    await pool.execute("UPDATE sign_in_link SET consumed_at = $1", NOW + timedelta(minutes=5))
    assert await store.lately_told_of_suggestions([ana], day) == set()


async def test_a_token_is_found_by_its_hash_until_it_is_revoked(pool: Pool):
    store, secret = TokenStore(pool), tokens.new_secret()
    token = Token(UUID(int=3), "desk", frozenset({"read"}), HERE)
    await store.add(token, tokens.digest(secret), NOW)
    assert await store.find(tokens.digest(secret), NOW) == token
    assert await store.find(tokens.digest(secret + "x"), NOW) is None
    (listed,) = await store.listed()
    assert listed.last_used_at == NOW
    assert await store.revoke(token.id, NOW)
    assert await store.find(tokens.digest(secret), NOW) is None
    assert not await store.revoke(UUID(int=4), NOW)
