"""Promise 6 through all services: a source withdrawn leaves nothing that rested on it, who is erased leaves no row."""

from functools import partial
from typing import Any

import httpx

from services.kit.db import Pool
from services.kit.ids import new_id
from tests.component.test_portal_api_flow import until
from tests.conftest import MakeDatabase, eventually
from tests.portal_hall import Hall, hall, submit

BASE, ME = "/conferences/pycamp", "/c/pycamp/me"
PEOPLE = (
    "ticket,name,email,handles,interests,formats,budget,joined\n"
    "zqticket,Zqana Ruiz,zqmail@example.org,irc:zqnick,zqinterest,coffee,4,no\n"
    "T-2,Bo Berg,bo@example.org,irc:bo,zqinterest,coffee,4,no\n"
    "T-3,Cy Okafor,cy@example.org,irc:cy,,coffee,4,no\n"
)
LOG = "".join(
    f"[10:{n:02}] <{a}> {b}: one\n[10:{n + 1:02}] <{b}> {a}: two\n"
    for n, (a, b) in enumerate([("zqnick", "bo"), ("zqnick", "cy"), ("bo", "cy")] * 8)
).encode()
VENUE = "name,capacity,seats,formats,opens,closes\nCorner A,4,4,coffee,09:00,18:00\n"
KEPT_FOR_A_WHILE = ("outbox", "inbox")  # what was told, for as long as it may have to be told again


async def scene(h: Hall) -> tuple[str, str, str, str]:
    """Ana has a session with Bo and an open suggestion with Cy; her id, Bo's, Cy's and the session's."""
    await h.conference()
    assert (await h.csv(f"{BASE}/venue", VENUE, "PUT")).status_code == 200
    assert (await h.csv(f"{BASE}/registrations", PEOPLE)).status_code == 200
    await imported(h)
    await h.api.post(f"{BASE}/join", json={"all": True})  # now: before there were ties there would be other suggestions
    people = (await until(h, f"{BASE}/attendees", lambda a: len(a["attendees"]) == 3))["attendees"]
    ana, bo, cy = (next(p["id"] for p in people if p["name"].startswith(name)) for name in ("Zqana", "Bo", "Cy"))
    await until(h, f"{BASE}/attendees/{cy}/suggestions", lambda a: len(a["suggestions"]) == 2)
    found = await until(h, f"{BASE}/attendees/{ana}/suggestions", lambda a: len(a["suggestions"]) == 2)
    (with_bo,) = (s["id"] for s in found["suggestions"] if bo in {p["id"] for p in s["attendees"]})
    for person in (ana, bo):
        path = f"{BASE}/attendees/{person}/suggestions/{with_bo}/answer"
        assert (await h.api.post(path, json={"answer": "yes"})).status_code == 200
    await until(h, f"{BASE}/sessions", lambda a: [s["state"] for s in a["sessions"]] == ["scheduled"])
    return ana, bo, cy, with_bo


async def imported(h: Hall) -> None:
    files = {"files": ("a.log", LOG)}
    answer = await h.api.post(f"{BASE}/sources?network=irc&name=the+chat&visibility=public", files=files)
    assert answer.status_code == 201, answer.text


async def ties(h: Hall) -> set[frozenset[str]]:
    """Who is tied to whom, as the owner of ties says."""
    listed = (await h.api.get(f"{BASE}/ties")).json()["ties"]
    return {frozenset((tie["a"], tie["b"])) for tie in listed}


async def mentions(pool: Pool, word: str) -> list[str]:
    """The tables in which the word stands, in any column, as text or in bytes."""
    tables = await pool.fetch(
        "select relname::text as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    found = []
    for name in (t["name"] for t in tables):
        row = f'select 1 from "{name}" t where t::text ilike $1 or t::text ilike $2 limit 1'
        if await pool.fetchval(row, f"%{word}%", f"%{word.encode().hex()}%"):
            found.append(name)
    return found


async def left(h: Hall, *words: str) -> set[tuple[str, str, str]]:
    """Service, table and word for each of these words that some database holds, but for what is kept for a while."""
    return {
        (service, table, word)
        for service, pool in h.pools.items()
        for word in words
        for table in await mentions(pool, word)
        if not table.startswith(KEPT_FOR_A_WHILE)
    }


async def shows(browser: httpx.AsyncClient, path: str, *, has: str = "", lacks: str = "") -> bool:
    text = (await browser.get(path)).text
    return has in text and (not lacks or lacks not in text)


async def rests_on(h: Hall, attendee: str, source: str) -> int:
    """Suggestions of a person, in both databases, with a reason that rests on a source."""
    count = 0
    for service, table, member in (
        ("matchmaking", "suggestion", "membership"),
        ("portal", "read_suggestion", "read_suggestion_member"),
    ):
        count += await h.pools[service].fetchval(
            f"select count(*) from {table} s join {member} m on m.suggestion_id = s.id"
            " where m.attendee_id = $1 and s.evidence::text like $2",
            attendee, f"%{source}%",
        )  # fmt: skip
    return count


async def test_who_withdraws_from_a_source_is_nowhere_in_it_again(
    database: MakeDatabase, kafka_settings: dict[str, Any]
):
    async with hall(database, kafka_settings) as h:
        ana, bo, cy, _ = await scene(h)
        (source,) = (await h.api.get(f"{BASE}/sources")).json()["sources"]
        browser, bos = await h.enter("pycamp", ana), await h.enter("pycamp", bo)
        await eventually(partial(shows, bos, ME, has="on the chat"))
        assert await rests_on(h, ana, source["id"]) == 4
        page = f"{ME}/data/sources/{source['id']}"
        answer = await submit(browser, page, page)
        assert "You withdrew from it" in answer.text
        assert (await browser.get(page)).status_code == 404  # nothing is left to withdraw

        assert await ties(h) == {frozenset((bo, cy))}
        await until(h, f"{BASE}/attendees/{ana}/suggestions", lambda a: a["suggestions"] == [])
        await eventually(partial(shows, bos, ME, has="Zqana Ruiz", lacks="on the chat with Zqana"))

        async def forgotten() -> bool:
            return await rests_on(h, ana, source["id"]) == 0

        await eventually(forgotten)
        assert await rests_on(h, cy, source["id"]) == 2  # what is between the two others stays
        assert [s["state"] for s in (await h.api.get(f"{BASE}/sessions")).json()["sessions"]] == ["scheduled"]

        await imported(h)
        assert await ties(h) == {frozenset((bo, cy))}
        await browser.aclose()
        await bos.aclose()


async def test_who_is_erased_leaves_no_row_and_the_others_hear_it_neutrally(
    database: MakeDatabase, kafka_settings: dict[str, Any]
):
    async with hall(database, kafka_settings) as h:
        ana, bo, cy, session = await scene(h)
        browser, second, bos = [await h.enter("pycamp", person) for person in (ana, ana, bo)]
        free = [{"starts_at": "2027-05-14T09:00", "ends_at": "2027-05-14T18:00"}]
        await h.api.put(f"{BASE}/attendees/{ana}/availability", json={"free": free, "wishes": {"quiet": True}})
        await h.api.post(f"{BASE}/attendees/{ana}/exclusions", json={"other": cy, "reason": "met"})
        for step in ("check-in", "seek-company"):
            assert (await h.api.post(f"{BASE}/attendees/{ana}/{step}", json={})).status_code == 204
        await submit(browser, f"{ME}/sessions/{session}/felt", ME, felt="useful", note="zqnote")
        await h.pools["portal"].execute(  # what somebody gave after an earlier session
            "INSERT INTO contact VALUES ($1, $2, 'zqgiven@x.example', '', '', now(), 'infinity')", new_id(), ana
        )
        await submit(browser, f"{ME}/sessions/{session}/cancel", ME, word="zqword")
        await eventually(partial(shows, bos, ME, has="Zqana Ruiz: zqword"))
        for word in ("zqana", "zqmail", "zqticket", "zqnick", "zqinterest", "zqnote", "zqword", "zqgiven"):
            assert await left(h, word)  # it would be seen

        answer = await submit(browser, f"{ME}/erase", f"{ME}/erase")
        assert "You are erased" in answer.text and "Zqana" not in answer.text
        for gone in (browser, second):
            assert (await gone.get(ME)).status_code == 401

        async def nothing_left() -> bool:
            return not await left(h, "zqana", "zqmail", "zqticket", "zqnick", "zqnote", "zqword", "zqgiven")

        await eventually(nothing_left)
        for service, query in {
            "matchmaking": "select (select count(*) from exclusion where $1 in (attendee_id, other_id))"
            " + (select count(*) from seeking where attendee_id = $1)",
            "scheduling": "select (select count(*) from availability where attendee_id = $1)"
            " + (select count(*) from wish where attendee_id = $1)",
            "portal": "select (select count(*) from felt where attendee_id = $1)"
            " + (select count(*) from contact where attendee_id = $1)"
            " + (select count(*) from browser_session where subject = $1::uuid::text)",
            "attendee": "select count(*) from attendee where id = $1",
        }.items():
            assert await h.pools[service].fetchval(query, ana) == 0, service
        assert await ties(h) == {frozenset((bo, cy))}
        page = (await bos.get(ME)).text
        assert "somebody who has left" in page and "Zqana" not in page
        again = await h.csv(f"{BASE}/registrations", PEOPLE)
        assert again.json()["registered"] == 1  # a ticket that is sent again is somebody new
        for open_browser in (browser, second, bos):
            await open_browser.aclose()
