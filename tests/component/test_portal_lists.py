"""Every figure of the dashboard leads to exactly those it counts, on a page and as a file, and to what helps them."""

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bench.portal_world import world
from services.kit.db import Pool
from services.portal.api.pages.organizer import listing
from services.portal.api.pages.organizer.listing import safe_cell
from services.portal.domain.dashboard import again_shown
from services.portal.handlers.follow import follow
from services.portal.store.write import ReadModelStore
from tests.component.portal_stage import ADA, BO, CONFERENCE, SESSION, Stage, raise_stage
from tests.component.test_portal_pages_live import bump

HERE = "/c/northcamp"
FIGURE = re.compile(r'<dt><a href="(/c/northcamp/[^"]+)">([^<]+)</a></dt><dd[^>]*>(\d+)</dd>')
STEP = re.compile(r'<li><a href="(/c/northcamp/[^"]+)">([^<]+)</a>.*?<b>(\d+)</b>', re.S)


async def people_it(pool: Pool, count: int = 150) -> None:
    """So many people more, their ties, suggestions, matches and sessions."""
    async with pool.acquire() as tx, tx.transaction():
        for rows in world(CONFERENCE, count):
            await follow(ReadModelStore(tx), rows)


@pytest.fixture
async def stage(database) -> AsyncIterator[Stage]:
    stage, server, clients = await raise_stage((await database("portal")).pool)
    yield stage
    await stage.browser.aclose()
    await clients.stop()
    await server.stop(None)


def rows(html: str) -> int:
    """Rows of the page's table."""
    return html.count("<tr>") - 1 if "<table>" in html else 0


async def file(stage: Stage, path: str) -> list[list[str]]:
    """The lines of a CSV file, with the one that names the columns."""
    answer = await stage.browser.get(f"{HERE}/{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_every_figure_leads_to_exactly_those_it_counts(stage: Stage):
    await people_it(stage.deps.pool)
    await stage.enter("org@example.org", "owner")
    page = (await stage.browser.get(f"{HERE}/dashboard")).text
    figures = FIGURE.findall(page) + STEP.findall(page)
    assert len(figures) == 9 + 7
    assert len({count for *_, count in figures}) > 8  # so that a wrong list would show
    for href, words, count in figures:
        assert int(count) > 0, words
        assert rows((await stage.browser.get(href)).text) == int(count), words


async def test_a_file_has_the_rows_of_its_list_in_pages_however_small(stage: Stage, monkeypatch):
    await people_it(stage.deps.pool)
    await stage.enter("org@example.org", "owner")
    whole = await file(stage, "attendees.csv?group=people_reached")
    monkeypatch.setattr(listing, "ROWS_AT_ONCE", 7)
    assert await file(stage, "attendees.csv?group=people_reached") == whole
    assert whole[0] == ["Name", "Ticket", "State", "Sessions"]
    assert len(whole) > 15
    monkeypatch.setattr(listing, "MOST_ROWS", 10)
    assert await file(stage, "attendees.csv?group=people_reached") == whole[:11]
    assert len(await file(stage, "sessions.csv?state=held")) > 2
    assert {row[2] for row in (await file(stage, "sessions.csv?state=held"))[1:]} == {"held"}


async def test_a_long_list_goes_on_where_its_page_ended(stage: Stage, monkeypatch):
    monkeypatch.setattr(listing, "ROWS", 2)
    await stage.enter("org@example.org", "owner")
    first = (await stage.browser.get(f"{HERE}/attendees?group=joined")).text
    (more,) = re.findall(r'href="(\?group=joined&amp;after=[^"]+)"', first)
    second = (await stage.browser.get(f"{HERE}/attendees{more.replace('&amp;', '&')}")).text
    assert (rows(first), rows(second)) == (2, 1)
    assert [name for name in ("Ada", "Bo", "Cy") if f"<td>{name}" in first + second] == ["Ada", "Bo", "Cy"]
    assert "Show more" not in second


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
async def test_no_cell_of_a_file_is_a_formula(stage: Stage, start: str):
    evil = f"{start}HYPERLINK(1)"
    assert safe_cell(evil) == f"'{evil}"
    await stage.deps.pool.execute("UPDATE read_attendee SET name = $1 WHERE id = $2", evil, ADA)
    await stage.enter("org@example.org", "owner")
    assert f"'{evil}".replace("\r", "\n") in [r[0].replace("\r", "\n") for r in await file(stage, "attendees.csv")]
    assert (await file(stage, "left-out.csv"))[1][0].startswith("'")


async def test_who_sees_numbers_only_has_no_way_to_the_lists(stage: Stage):
    await people_it(stage.deps.pool)
    await stage.enter("viewer@example.org", "viewer")
    page = (await stage.browser.get(f"{HERE}/dashboard")).text
    assert "left-out" not in page
    assert "?group=" not in page
    for path in ("attendees.csv", "attendees?group=joined", "sessions.csv", "left-out", "left-out.csv"):
        assert (await stage.browser.get(f"{HERE}/{path}")).status_code == 403, path


@pytest.mark.parametrize(
    "path", ["attendees?group=no", "sessions?state=no", "left-out?reason=no", "left-out.csv?reason=x"]
)
async def test_a_list_that_is_not_there_is_said_so(stage: Stage, path: str):
    await stage.enter("org@example.org", "owner")
    assert (await stage.browser.get(f"{HERE}/{path}")).status_code == 404


async def mails(stage: Stage) -> list[tuple[str, str]]:
    """Kind and recipient of each mail that waits."""
    return [
        tuple(r) for r in await stage.deps.pool.fetch("SELECT kind, recipient FROM mail ORDER BY created_at, recipient")
    ]


async def test_people_who_have_not_joined_are_written_to_once_a_day(stage: Stage):
    await stage.deps.pool.execute("UPDATE read_attendee SET state = 'registered' WHERE id = any($1)", [ADA, BO])
    await stage.enter("org@example.org", "owner")
    path = f"{HERE}/left-out?reason=not_joined"
    page = (await stage.browser.get(path)).text
    assert "Write to Ada Lind" in page and "Cy Okafor" not in page
    one = await stage.post(f"{HERE}/left-out/not_joined/remind", path, {"person": str(ADA)})
    assert one.headers["location"] == f"{path}&done=1"
    assert await mails(stage) == [("welcome", str(ADA))]
    everybody = await stage.post(f"{HERE}/left-out/not_joined/remind", path, {})
    assert everybody.headers["location"] == f"{path}&done=1"  # Ada has it already
    assert await mails(stage) == [("welcome", str(ADA)), ("welcome", str(BO))]
    again = await stage.post(f"{HERE}/left-out/not_joined/remind", path, {})
    assert "everybody here got this mail" in (await stage.browser.get(again.headers["location"])).text
    await stage.deps.pool.execute("UPDATE mail SET created_at = created_at - $1::interval", timedelta(hours=25))
    await stage.deps.pool.execute("UPDATE mail SET event_id = id")  # as another day's would have
    assert (await stage.post(f"{HERE}/left-out/not_joined/remind", path, {})).headers["location"] == f"{path}&done=2"
    await stage.deps.pool.execute("UPDATE mail SET event_id = id")  # as the welcome that follows from a registration
    assert (await stage.post(f"{HERE}/left-out/not_joined/remind", path, {})).headers["location"] == f"{path}&done=0"


async def test_a_reminder_reaches_nobody_who_is_not_on_that_list(stage: Stage):
    await stage.enter("org@example.org", "owner")
    path = f"{HERE}/left-out?reason=no_tie"
    for reason in ("not_joined", "suggested"):
        answer = await stage.post(f"{HERE}/left-out/{reason}/remind", f"{HERE}/left-out", {"person": str(ADA)})
        assert answer.status_code == 409
    assert (await stage.post(f"{HERE}/left-out/no_tie/remind", path, {})).status_code == 404
    assert await mails(stage) == []


async def test_the_matchmaker_is_asked_to_look_again(stage: Stage):
    await stage.enter("org@example.org", "owner")
    done = await stage.post(f"{HERE}/left-out/solve", f"{HERE}/left-out?reason=no_tie", {})
    assert [call.conference_id for call in stage.matchmaking.calls] == [str(CONFERENCE)]
    assert "The matchmaker looks again now" in (await stage.browser.get(done.headers["location"])).text


async def test_how_many_would_meet_again_is_told_of_ten_people_at_least(stage: Stage):
    assert [again_shown(*n) for n in ((9, 9), (10, 9), (10, 0), (23, 17))] == [None, 5, 0, 15]
    await people_it(stage.deps.pool)
    await stage.enter("org@example.org", "owner")
    few = "shown once ten people have said how it was"
    assert few in (await stage.browser.get(f"{HERE}/dashboard")).text
    await stage.deps.pool.execute(
        """INSERT INTO felt SELECT DISTINCT ON (attendee_id) session_id, attendee_id, '{again}', ''
           FROM read_session_member JOIN read_session s ON s.id = session_id WHERE s.state = 'held' LIMIT 12"""
    )
    await bump(stage)
    page = (await stage.browser.get(f"{HERE}/dashboard")).text
    assert few not in page
    assert "<b>10+</b>" in page
    assert SESSION not in {r["session_id"] for r in await stage.deps.pool.fetch("SELECT session_id FROM felt")}
