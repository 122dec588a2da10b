"""Organizers set a conference up by page, before real services: places, a place closed, formats, the plan, weights."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.component.portal_stage import form_token
from tests.conftest import MakeDatabase
from tests.portal_hall import Hall, hall

SETUP = "/c/pycamp/setup"
PLACES = f"{SETUP}/places"
TABLE = "name,capacity,seats,formats,opens,closes\nCorner A,4,2,coffee;table,09:00,18:00\nGarden,2,8,,10:00,17:00\n"


class Organizer:
    """A browser signed in as an organizer."""

    def __init__(self, made: Hall, browser: httpx.AsyncClient) -> None:
        self.hall, self.browser = made, browser

    async def post(self, path: str, fields: dict[str, str], page: str = SETUP) -> httpx.Response:
        token = form_token((await self.browser.get(page)).text)
        return await self.browser.post(path, data={"form_token": token} | fields)

    async def places(self) -> list[dict[str, Any]]:
        return list((await self.hall.api.get("/conferences/pycamp/venue")).json()["places"])


@pytest.fixture
async def organizer(database: MakeDatabase) -> AsyncIterator[Organizer]:
    async with hall(database) as made, httpx.AsyncClient(base_url=made.url, trust_env=False, timeout=60) as browser:
        known = await made.conference()
        await made.pool.execute(  # as its event would
            """INSERT INTO read_conference VALUES ($1, 1, 'pycamp', 'PyCamp', 'Europe/Madrid', '2027-05-14',
               '2027-05-15', '')""",
            UUID(known["id"]),
        )
        body = {"email": "olga@example.org", "role": "organizer"}
        link = (await made.api.post("/conferences/pycamp/organizers", json=body)).json()["url"]
        path = link.removeprefix("http://portal.test")
        token = form_token((await browser.get(path)).text)
        assert (await browser.post(path, data={"form_token": token})).status_code == 303
        yield Organizer(made, browser)


async def test_places_are_replaced_out_of_a_table_that_shows_them_again(organizer: Organizer):
    assert "No place yet" in (await organizer.browser.get(PLACES)).text
    looked = await organizer.post(f"{PLACES}?preview=true", {"table": TABLE})
    assert (looked.status_code, "No session would be touched" in looked.text) == (200, True)
    assert await organizer.places() == []  # it was only looked at
    saved = await organizer.post(PLACES, {"table": TABLE})
    assert saved.headers["location"] == f"{PLACES}?done=saved"
    assert [(p["name"], p["seats"]) for p in await organizer.places()] == [("Corner A", 2), ("Garden", 8)]
    page = (await organizer.browser.get(PLACES)).text
    assert "Corner A,4,2,coffee;table,09:00,18:00,,,,," in page
    again = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert again
    before = await organizer.places()
    assert (await organizer.post(PLACES, {"table": again[1]})).status_code == 303  # the same table changes nothing
    assert await organizer.places() == before


async def test_every_wrong_line_of_the_table_is_named_and_what_was_typed_stays(organizer: Organizer):
    table = "name,capacity,seats,formats,opens,closes\nCorner A,many,2,,09:00,18:00\nB,1,few,,09:00,18:00\n"
    wrong = await organizer.post(PLACES, {"table": table})
    assert wrong.status_code == 422
    assert "line 2: capacity is a number" in wrong.text
    assert "line 3: seats is a number" in wrong.text
    assert "Corner A,many,2" in wrong.text
    assert await organizer.places() == []


async def test_a_place_is_closed_for_a_while_and_opened_again_by_taking_it_back(organizer: Organizer):
    await organizer.post(PLACES, {"table": TABLE})
    corner = (await organizer.places())[0]
    close = f"{PLACES}/{corner['id']}/close"
    wrong = await organizer.post(close, {"from": "2027-05-14T12:00", "to": "2027-05-14T11:00"})
    assert (wrong.status_code, "after the first" in wrong.text) == (422, True)
    times = {"from": "2027-05-14T12:00", "to": "2027-05-14T13:00"}
    looked = await organizer.post(f"{close}?preview=true", times)
    assert (looked.status_code, 'value="2027-05-14T12:00"' in looked.text) == (200, True)
    assert (await organizer.places())[0]["closed"] == []
    assert (await organizer.post(close, times)).headers["location"] == f"{PLACES}?done=closed"
    assert [p["closed"] for p in await organizer.places()] == [
        [{"starts_at": "2027-05-14T10:00:00Z", "ends_at": "2027-05-14T11:00:00Z"}], [],
    ]  # fmt: skip
    assert "2027-05-14 12:00/2027-05-14 13:00" in (await organizer.browser.get(PLACES)).text
    assert (await organizer.post(f"{SETUP}/undo", {})).headers["location"] == f"{PLACES}?done=undone"
    assert (await organizer.places())[0]["closed"] == []
    missing = await organizer.browser.get(f"{PLACES}/{UUID(int=1)}/close")
    assert missing.status_code == 404


async def test_formats_are_changed_in_a_form_that_keeps_what_was_typed(organizer: Organizer):
    page = (await organizer.browser.get(f"{SETUP}/formats")).text
    typed = dict(re.findall(r'name="([a-z]+-[a-z]+)" value="([^"]*)"', page))
    assert len(typed) == 36
    wrong = await organizer.post(f"{SETUP}/formats", typed | {"coffee-minutes": "half an hour"})
    assert (wrong.status_code, 'value="half an hour"' in wrong.text) == (422, True)
    assert 'id="coffee-minutes-problem"' in wrong.text
    odd = await organizer.post(f"{SETUP}/formats", typed | {"walk-minutes": "17"})
    assert odd.status_code == 422
    assert 'value="17"' in odd.text
    looked = await organizer.post(f"{SETUP}/formats?preview=true", typed | {"coffee-minutes": "45"})
    assert (looked.status_code, "Nothing is changed yet" in looked.text) == (200, True)
    kept = await organizer.post(f"{SETUP}/formats", typed | {"coffee-minutes": "45"})
    assert kept.headers["location"] == f"{SETUP}/formats?done=saved"
    formats = (await organizer.hall.api.get("/conferences/pycamp/formats")).json()["formats"]
    assert {f["name"]: f["minutes"] for f in formats}["coffee"] == 45


async def test_the_plan_is_frozen_and_goes_on_and_weights_are_tried(organizer: Organizer):
    for frozen, button in (("yes", "Let the plan go on"), ("no", "Freeze the plan")):
        await organizer.post(f"{SETUP}/plan", {"frozen": frozen})
        assert button in (await organizer.browser.get(SETUP)).text
    wrong = await organizer.post(f"{SETUP}/weights?preview=true", {"messages": "9", "budget": "many"})
    assert wrong.status_code == 422
    assert 'id="messages-problem"' in wrong.text
    assert 'id="budget-problem"' in wrong.text
    tried = await organizer.post(f"{SETUP}/weights?preview=true", {"messages": "2", "budget": "2"})
    assert "looks again by itself" in (await organizer.browser.get(tried.headers["location"])).text
    log = (await organizer.hall.api.get("/conferences/pycamp/log")).json()["entries"]
    assert [(e["action"], e["outcome"]) for e in log[:4]] == [
        ("setup.try_weights", "tried"), ("setup.try_weights", "refused"),
        ("setup.plan", "done"), ("setup.plan", "done"),
    ]  # fmt: skip
