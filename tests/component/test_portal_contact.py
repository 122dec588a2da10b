"""Exchanging contact details: blind until both gave theirs, bounded, taken back, expired, erased, as a vCard."""

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hallway.scheduling.v1 import scheduling_pb2

from services.kit.health import Health
from services.kit.lifecycle import Loop, Resources
from services.portal.app import parts
from services.portal.domain.contact import Details
from services.portal.store import contacts
from tests.component.portal_stage import ADA, BO, CY, NOW, SESSION, Stage, raise_stage, session
from tests.conftest import eventually

People = dict[UUID, httpx.AsyncClient]
ME = "/c/northcamp/me"
CONTACT = f"{ME}/sessions/{SESSION}/contact"
PATHS = (ME, CONTACT, f"{CONTACT}.vcf", f"{ME}/data", f"{ME}/data.json", f"{ME}/now", f"{ME}/sessions/{SESSION}.ics")
CYS = {"email": "zqcy@mail.example", "phone": "+34 600 (11) 22.33", "web": "https://zqcy.example/a,b;c?d=\u00e9"}
ADAS = {"email": "zqada@mail.example", "phone": "", "web": ""}
GONE = datetime(2026, 6, 14, 22, 0, tzinfo=UTC)  # 30 days after the last day, 15 May, ended in Madrid
HELD = scheduling_pb2.SESSION_STATE_HELD


@pytest.fixture
async def stage(database: Any) -> AsyncIterator[Stage]:
    stage, server, clients = await raise_stage((await database("portal")).pool)
    stage.scheduling.sessions = [session(-2)]
    yield stage
    await stage.browser.aclose()
    await clients.stop()
    await server.stop(None)


@pytest.fixture
async def people(stage: Stage) -> AsyncIterator[People]:
    """A browser for each of three people, signed in."""
    found = {}
    for person in (ADA, CY, BO):
        found[person] = httpx.AsyncClient(transport=httpx.ASGITransport(stage.app), base_url="http://portal.test")
        stage.browser, kept = found[person], stage.browser
        await stage.enter(str(person))
        stage.browser = kept
    yield found
    for browser in found.values():
        await browser.aclose()


async def say(browser: httpx.AsyncClient, path: str = CONTACT, **fields: str) -> httpx.Response:
    """Sends the form, or the button that takes it back."""
    token = re.search(r'name="form_token" value="([0-9a-f]+)"', (await browser.get(ME)).text)
    assert token
    return await browser.post(path, data={"form_token": token[1]} | fields)


async def everything(browser: httpx.AsyncClient) -> dict[str, tuple[int, bytes, dict[str, str]]]:
    """All a person's browser can fetch about the session, to the byte."""
    answers = {path: await browser.get(path) for path in PATHS}
    return {path: (a.status_code, a.content, dict(a.headers)) for path, a in answers.items()}


async def test_whatever_the_other_did_before_i_ask_my_pages_are_the_same_to_the_byte(people: People):
    before = await everything(people[ADA])
    cys = await everything(people[CY])

    async def same() -> None:
        assert await everything(people[ADA]) == before
        assert await everything(people[CY]) != cys  # it took effect, and a change would be seen

    assert (await say(people[CY], **CYS)).headers["location"] == CONTACT
    await same()
    assert (await say(people[CY], f"{CONTACT}/back")).headers["location"] == f"{CONTACT}?done=back"
    assert await everything(people[ADA]) == before and await everything(people[CY]) == cys
    await say(people[CY], **CYS)
    refused = await say(people[ADA], email="x", phone="", web="")  # asked in vain: nothing shows either
    assert refused.status_code == 422 and "zqcy" not in refused.text and "Cy Okafor sees" not in refused.text
    assert (await say(people[ADA], f"{CONTACT}/back")).headers["location"] == f"{CONTACT}?done=back"
    await same()


async def test_once_both_gave_theirs_each_sees_the_others_and_nobody_else_does(stage: Stage, people: People):
    await say(people[CY], **CYS)
    waiting = await everything(people[CY])
    assert b"The contact details I gave" in waiting[ME][1] and b"zqcy@mail.example" in waiting[CONTACT][1]
    assert waiting[f"{CONTACT}.vcf"][0] == 404
    await say(people[ADA], **ADAS)
    for me, theirs in ((ADA, CYS), (CY, ADAS)):
        page = (await people[me].get(CONTACT)).text
        assert "You both gave your details." in page and all(value in page for value in theirs.values())
    assert "Contact details of Cy Okafor" in (await people[ADA].get(ME)).text
    assert (await say(people[CY], f"{CONTACT}/back")).headers["location"] == f"{CONTACT}?done=seen"
    assert "zqcy@mail.example" in (await people[ADA].get(CONTACT)).text
    for path in (CONTACT, f"{CONTACT}.vcf"):
        assert (await people[BO].get(path)).status_code == 404
    assert (await say(people[BO], **ADAS)).status_code == 404
    assert await stage.deps.pool.fetchval("SELECT count(*) FROM contact") == 2


def lines_of(card: bytes) -> list[str]:
    """A vCard's lines, unfolded, as RFC 6350 has them: CRLF, at most 75 octets."""
    assert card.endswith(b"\r\n")
    folded = card.removesuffix(b"\r\n").split(b"\r\n")
    assert all(0 < len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in folded)
    return card.decode().removesuffix("\r\n").replace("\r\n ", "").split("\r\n")


async def test_the_vcard_is_one_person_however_hostile_the_name(stage: Stage, people: People):
    hostile = "Zo\u00eb \\n, M\u00fcller; \r\nEND:VCARD\r\nBEGIN:VCARD " + "\u00e9" * 60
    await stage.deps.pool.execute("UPDATE read_attendee SET name = $2 WHERE id = $1", CY, hostile)
    await say(people[CY], **CYS)
    await say(people[ADA], **ADAS)
    answer = await people[ADA].get(f"{CONTACT}.vcf")
    assert answer.headers["content-type"] == "text/vcard; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="contact.vcf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    first, version, *middle, last = lines_of(answer.content)
    assert (first, version, last) == ("BEGIN:VCARD", "VERSION:4.0", "END:VCARD")
    name = "Zo\u00eb \\\\n\\, M\u00fcller\\; END:VCARD BEGIN:VCARD " + "\u00e9" * 60
    assert sorted(middle) == [
        "EMAIL:zqcy@mail.example", f"FN:{name}", "TEL:+34 600 (11) 22.33",
        "URL:https://zqcy.example/a,b;c?d=\u00e9",
    ]  # fmt: skip
    others = lines_of((await people[CY].get(f"{CONTACT}.vcf")).content)
    assert others == ["BEGIN:VCARD", "VERSION:4.0", "EMAIL:zqada@mail.example", "FN:Ada Lind", "END:VCARD"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "ada"),
        ("email", "a@b\r\nBCC:x@y"),
        ("email", f"{'a' * 250}@b.example"),
        ("phone", "call me"),
        ("phone", "12"),
        ("phone", "\u0661\u0662\u0663\u0664"),
        ("phone", "1" * 21),
        ("phone", "1 " * 19 + " " * 9 + "12"),
        ("web", "javascript:alert(1)"),
        ("web", "ftp://a.example/"),
        ("web", "example.org"),
        ("web", "https://"),
        ("web", "https://safe.example@evil.example/"),
        ("web", "https://a.example:x/"),
        ("web", "https://a.example/\r\nX:1"),
        ("web", 'https://a.example/"><script>'),
        ("web", "https://a.example/" + "a" * 200),
    ],
)
async def test_what_is_no_contact_detail_is_refused_beside_its_field_and_kept_nowhere(
    stage: Stage, field: str, value: str
):
    await stage.enter()
    answer = await stage.post(CONTACT, CONTACT, CYS | {field: value})
    assert (answer.status_code, f'id="{field}-problem"' in answer.text) == (422, True)
    assert "<script>" not in answer.text
    assert await stage.deps.pool.fetchval("SELECT count(*) FROM contact") == 0


def cancelled(s: Any) -> None:
    s.state = scheduling_pb2.SESSION_STATE_CANCELLED


def unplaced(s: Any) -> None:
    s.state = scheduling_pb2.SESSION_STATE_UNPLACED


def ahead(s: Any) -> None:
    s.during.CopyFrom(session(-0.49).during)  # it ends in a moment


def of_three(s: Any) -> None:
    s.attendee_ids.append(str(BO))


@pytest.mark.parametrize("change", [cancelled, unplaced, ahead, of_three])
async def test_only_two_whose_session_was_held_or_is_over_can_exchange_details(
    stage: Stage, change: Callable[[Any], None]
):
    await stage.enter()
    assert CONTACT in (await stage.browser.get(ME)).text
    change(stage.scheduling.sessions[0])
    assert CONTACT not in (await stage.browser.get(ME)).text
    assert (await stage.browser.get(CONTACT)).status_code == 404
    assert (await stage.post(CONTACT, ME, ADAS)).status_code == 404
    assert await stage.deps.pool.fetchval("SELECT count(*) FROM contact") == 0


async def test_held_before_its_time_is_over_is_soon_enough(stage: Stage):
    stage.scheduling.sessions = [session(-0.1)]
    stage.scheduling.sessions[0].state = HELD
    await stage.enter()
    page = (await stage.browser.get(CONTACT)).text
    assert 'value="ada@example.org"' in page and "Ada Lind" in page


async def test_what_was_given_is_in_ones_own_data_and_not_in_the_others(people: People):
    await say(people[CY], **CYS)
    await say(people[ADA], **ADAS)
    assert "zqcy@mail.example, +34 600 (11) 22.33" in (await people[CY].get(f"{ME}/data")).text
    (given,) = (await people[CY].get(f"{ME}/data.json")).json()["contact_details_given"]
    assert {name: given[name] for name in CYS} == CYS and given["session_id"] == str(SESSION)
    assert "zqcy" not in (await people[ADA].get(f"{ME}/data.json")).text


async def test_thirty_days_after_the_conference_it_is_shown_to_nobody_and_removed(stage: Stage, people: People):
    pool = stage.deps.pool
    await say(people[CY], **CYS)
    await say(people[ADA], **ADAS)
    moment = timedelta(microseconds=1)
    for now, left in ((NOW, 2), (GONE - moment, 2), (GONE, 0)):
        assert len((await contacts.seen(pool, [SESSION], ADA, now)).get(SESSION, ())) == left
    assert await contacts.purge(pool, GONE - moment) is False
    assert await pool.fetchval("SELECT count(*) FROM contact") == 2
    await contacts.purge(pool, GONE)
    assert await pool.fetchval("SELECT count(*) FROM contact") == 0


async def test_a_running_portal_removes_what_has_expired(stage: Stage):
    async def fine() -> None:
        return None

    pool = stage.deps.pool
    await contacts.give(pool, SESSION, CY, Details("zqcy@mail.example"), NOW - timedelta(days=1), NOW)
    await contacts.give(pool, SESSION, ADA, Details("zqada@mail.example"), NOW, GONE)
    resources = Resources(stage.deps.settings, pool, Health(fine, fine), lambda: NOW)
    (purge,) = [p for p in parts(resources) if isinstance(p, Loop) and vars(p)["_name"] == "contact details"]
    await purge.start()

    async def one_left() -> bool:
        return [r["attendee_id"] for r in await pool.fetch("SELECT attendee_id FROM contact")] == [ADA]

    await eventually(one_left)
    await purge.stop()


async def test_after_that_time_nothing_can_be_given_any_more(stage: Stage):
    await stage.enter()
    await stage.deps.pool.execute("UPDATE read_conference SET starts_on = '2026-04-01', ends_on = '2026-04-13'")
    assert CONTACT not in (await stage.browser.get(ME)).text
    assert (await stage.post(CONTACT, ME, ADAS)).status_code == 404
    assert await stage.deps.pool.fetchval("SELECT count(*) FROM contact") == 0


async def test_erasing_a_person_removes_what_they_gave(stage: Stage, people: People):
    await say(people[CY], **CYS)
    await say(people[ADA], **ADAS)
    await say(people[CY], f"{ME}/erase")
    assert [r["attendee_id"] for r in await stage.deps.pool.fetch("SELECT attendee_id FROM contact")] == [ADA]
    page = (await people[ADA].get(CONTACT)).text
    assert "zqcy" not in page and "zqada" in page
    assert (await people[ADA].get(f"{CONTACT}.vcf")).status_code == 404
