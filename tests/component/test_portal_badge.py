"""The code on a badge holds a link that signs its person in, once."""

from io import BytesIO
from typing import Any

import segno

from services.portal.store.sign_in import Signer
from tests.conftest import MakeDatabase
from tests.portal_hall import SECRET, hall

BASE = "/conferences/pycamp"


async def test_a_badge_holds_a_link_for_its_person_until_the_day_after_the_conference(database: MakeDatabase):
    async with hall(database) as h:
        await h.conference()
        people: list[dict[str, Any]] = [{"ticket": "T-1", "name": "Ana", "email": "ana@example.org", "joined": True}]
        await h.api.post(f"{BASE}/registrations", json={"registrations": people})
        ana = (await h.api.get(f"{BASE}/attendees")).json()["attendees"][0]["id"]
        answer = await h.api.post(f"{BASE}/attendees/{ana}/badge.svg")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
        (link,) = await h.pool.fetch("select id, subject, role, expires_at from sign_in_link")
        assert (link["subject"], link["role"]) == (ana, "attendee")
        assert f"{link['expires_at']:%Y-%m-%d %H:%M}" == "2027-05-16 22:00"  # midnight in Madrid, after the 16th
        url = f"http://portal.test/sign-in/{Signer(SECRET).link_token(link['id'])}"
        segno.make_qr(url, error="m").save(wanted := BytesIO(), kind="svg", scale=4)
        assert answer.content == wanted.getvalue()


async def test_after_the_conference_no_badge_is_made(database: MakeDatabase):
    async with hall(database) as h:
        await h.conference(starts_on="2020-05-14", ends_on="2020-05-15")
        people = [{"ticket": "T-1", "name": "Ana", "email": "ana@example.org", "joined": True}]
        await h.api.post(f"{BASE}/registrations", json={"registrations": people})
        ana = (await h.api.get(f"{BASE}/attendees")).json()["attendees"][0]["id"]
        answer = await h.api.post(f"{BASE}/attendees/{ana}/badge.svg")
        assert (answer.status_code, "is over" in answer.json()["detail"]) == (409, True)
