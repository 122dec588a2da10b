"""On site through the API: who is here is shown whom to meet now, and never learns what anybody answered."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tests.component.test_portal_api_flow import LOG, until
from tests.conftest import MakeDatabase, eventually
from tests.portal_hall import Hall, hall

PEOPLE = (
    "ticket,name,email,handles,interests,formats,budget,joined\n"
    "T-1,Ana Ruiz,ana@example.org,irc:ana,,coffee,1,yes\n"
    "T-2,Bo Berg,bo@example.org,irc:bo,,coffee,1,no\n"
    "T-3,Cy Okafor,cy@example.org,,,coffee,1,no\n"
)
VENUE = "name,capacity,seats,formats,opens,closes\nCorner A,4,4,coffee,00:00,23:59\n"


async def on_now(h: Hall, slug: str) -> None:
    """A conference that is on, where it is about noon."""
    now = datetime.now(UTC)
    zone = f"Etc/GMT{now.hour - 12:+d}"  # as many hours behind UTC
    today = (now - timedelta(hours=now.hour - 12)).date()
    dates = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=1)).isoformat()}
    await h.conference(slug, time_zone=zone, **dates)
    assert (await h.csv(f"/conferences/{slug}/venue", VENUE, "PUT")).status_code == 200


async def all_here(h: Hall, slug: str, answer: str) -> tuple[dict[str, Any], str]:
    """Ana and Bo are suggested to each other, Bo answers, Cy joins, and all three check in."""
    base = f"/conferences/{slug}"
    await on_now(h, slug)
    await h.csv(f"{base}/registrations", PEOPLE)
    await h.api.post(f"{base}/sources?network=irc&name=chat&visibility=public", files={"files": ("a.log", LOG)})
    await h.api.post(f"{base}/join", json={"tickets": ["T-2"]})
    people = (await until(h, f"{base}/attendees", lambda a: len(a["attendees"]) == 3))["attendees"]
    by_name = {person["name"][:2].strip(): person["id"] for person in people}
    bos = f"{base}/attendees/{by_name['Bo']}/suggestions"
    (suggestion,) = (await until(h, bos, lambda a: a["suggestions"]))["suggestions"]
    if answer:
        told = await h.api.post(f"{bos}/{suggestion['id']}/answer", json={"answer": answer})
        assert told.json() == {"matched": False}
    await h.api.post(f"{base}/join", json={"tickets": ["T-3"]})
    for person in by_name.values():
        await eventually(partial(checked_in, h, f"{base}/attendees/{person}"))
    return by_name, suggestion["id"]


async def checked_in(h: Hall, person: str) -> bool:
    """Once scheduling has heard of the person."""
    return (await h.api.post(f"{person}/check-in", json={})).status_code == 204


async def test_whom_somebody_is_offered_now_tells_of_no_answer(database: MakeDatabase, kafka_settings: dict[str, Any]):
    async with hall(database, kafka_settings) as h:
        seen = []
        for i, answer in enumerate(("", "no", "not_now", "yes")):
            slug = f"world-{i}"
            ids, _ = await all_here(h, slug, answer)
            path = f"/conferences/{slug}/attendees/{ids['An']}/offers-now"
            (offer,) = (await until(h, path, lambda a: a.get("offers")))["offers"]
            assert (offer["session"], offer["place"]["name"]) == (None, "Corner A")
            seen.append([person["name"] for person in offer["attendees"]])
    assert seen == [["Ana Ruiz", "Cy Okafor"]] * 4


async def test_a_session_of_later_is_held_now_when_its_people_check_in(
    database: MakeDatabase, kafka_settings: dict[str, Any]
):
    async with hall(database, kafka_settings) as h:
        ids, suggestion = await all_here(h, "pycamp", "yes")
        base = "/conferences/pycamp"
        ana = f"{base}/attendees/{ids['An']}"
        told = await h.api.post(f"{ana}/suggestions/{suggestion}/answer", json={"answer": "yes"})
        assert told.json() == {"matched": True}
        told = await until(h, f"{ana}/offers-now", lambda a: a.get("offers") and a["offers"][0]["session"])
        offers = told["offers"]
        body = {key: offers[0][key] for key in ("starts_at", "ends_at")} | {"place": offers[0]["place"]["id"]}
        moved = await h.api.post(f"{base}/sessions/{offers[0]['session']}/move", json=body | {"attendee": ids["An"]})
        assert (moved.status_code, moved.json()["starts_at"]) == (200, offers[0]["starts_at"])
        assert (await h.api.post(f"{ana}/check-in", json={"gone": True})).status_code == 204
        refused = await h.api.get(f"{ana}/offers-now")
        assert (refused.status_code, "check in" in refused.json()["detail"]) == (409, True)
        async with await h.client("read") as reader:
            assert (await reader.get(f"{ana}/offers-now")).status_code == 403


async def test_two_who_look_for_company_are_suggested_to_each_other(
    database: MakeDatabase, kafka_settings: dict[str, Any]
):
    async with hall(database, kafka_settings) as h:
        ids, _ = await all_here(h, "pycamp", "")
        people = {name: f"/conferences/pycamp/attendees/{id}" for name, id in ids.items()}
        assert (await h.api.post(f"{people['An']}/seek-company")).status_code == 204
        assert (await h.api.post(f"{people['Cy']}/seek-company")).status_code == 204
        told = await until(h, f"{people['Cy']}/suggestions", lambda a: a["suggestions"])
        (suggestion,) = told["suggestions"]
        assert suggestion["route"] == "here_now"
        assert sorted(person["name"] for person in suggestion["attendees"]) == ["Ana Ruiz", "Cy Okafor"]
        assert (await h.api.post(f"{people['Bo']}/check-in", json={"gone": True})).status_code == 204
        refused = await h.api.post(f"{people['Bo']}/seek-company")
        assert (refused.status_code, "check in" in refused.json()["detail"]) == (409, True)
