"""Bad input at the API's door: each refusal names what to mend, and nothing is half-done."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest

from services.portal.api.http import limits
from tests.conftest import MakeDatabase
from tests.portal_hall import Hall, client, hall

HEADER = "ticket,name,email,handles,interests,formats,budget\n"
SOURCES = "/conferences/pycamp/sources?network=irc&name=chat&visibility=public"
TEN_MEGABYTES = 10_000_000
CANARY = "zugzwang-canary-5521"


@pytest.fixture
async def quiet(database: MakeDatabase) -> AsyncIterator[Hall]:
    """Hallway without a broker: commands and questions work, nothing travels."""
    async with hall(database, body_max_bytes=12_000_000, upload_max_bytes=200_000) as made:
        await made.conference()
        yield made


def refused(answer: httpx.Response, status: int) -> dict[str, object]:
    """The problem in an answer."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert set(problem) == {"type", "title", "status", "detail", "errors"}
    return dict(problem)


async def sources(quiet: Hall) -> int:
    """How many sources the attendee service holds."""
    return int(await quiet.attendee.fetchval("SELECT count(*) FROM source"))


async def registered(quiet: Hall) -> int:
    """How many people there are, by registering one whose ticket is new and cancelling nobody."""
    answer = await quiet.api.post("/conferences/pycamp/join", json={"all": True})
    return int(answer.json()["joined"])


async def test_without_a_valid_token_nothing_is_answered(quiet: Hall):
    for header in ({}, {"authorization": "Basic eDp5"}, {"authorization": "Bearer wrong"}):
        async with httpx.AsyncClient(trust_env=False) as nobody:
            answer = await nobody.get(f"{quiet.url}/api/v1/conferences", headers=header)
        assert "Authorization: Bearer" in str(refused(answer, 401)["detail"])
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_wrong_scope_is_refused_by_its_name_and_a_revoked_token_is_nobody(quiet: Hall):
    async with await quiet.client("read") as reader:
        answer = await reader.delete("/conferences/pycamp/registrations/T-1")
        assert "lacks the scope registrations:write" in str(refused(answer, 403)["detail"])
        assert refused(await reader.get("/tokens"), 403)
        assert (await reader.get("/conferences/pycamp")).status_code == 200
        (token,) = (await quiet.api.get("/tokens")).json()["tokens"]
        assert token["last_used_at"] is not None
        assert (await quiet.api.delete(f"/tokens/{token['id']}")).status_code == 204
        refused(await reader.get("/conferences/pycamp"), 401)
    refused(await quiet.api.delete(f"/tokens/{uuid.uuid4()}"), 404)


async def test_while_the_database_is_away_a_token_is_told_to_come_back_not_that_it_is_wrong(quiet: Hall):
    async with await quiet.client("read") as reader:
        quiet.pool.terminate()
        answer = await reader.get("/conferences/pycamp")
    assert "the database does not answer now" in str(refused(answer, 503)["detail"])
    assert answer.headers["retry-after"] == "1"


async def test_a_token_bound_to_a_conference_opens_no_other_one(quiet: Hall):
    await quiet.conference("other")
    async with await quiet.client("admin", conference="other") as bound:
        assert (await bound.get("/conferences/other")).status_code == 200
        refused(await bound.get("/conferences/pycamp"), 403)
        refused(await bound.get("/tokens"), 403)
        refused(await bound.post("/tokens", json={"name": "more", "scopes": ["admin"]}), 403)


async def test_a_tokens_secret_is_shown_once_and_kept_nowhere(quiet: Hall):
    answer = await quiet.api.post("/tokens", json={"name": "desk", "scopes": ["read"]})
    secret = answer.json()["token"]
    assert secret not in (await quiet.api.get("/tokens")).text
    rows = await quiet.pool.fetch("SELECT * FROM token")
    assert secret not in str([tuple(row) for row in rows])


async def test_what_worked_needs_the_scope_read_and_hides_what_is_not_known_yet(quiet: Hall):
    path = "/conferences/pycamp/what-worked"
    async with await quiet.client("attendees:act") as actor:
        assert "lacks the scope read" in str(refused(await actor.get(path), 403)["detail"])
    found = (await quiet.api.get(path)).json()
    assert found["signals"][0] == {"signal": "messages", "weight": 1.0, "outcomes": None, "sessions": None}
    assert [s["signal"] for s in found["signals"]] == ["messages", "contacts", "traits", "walks", "none"]
    assert (found["outcomes_needed"], found["group_size"]) == (50, 20)


async def test_a_preview_needs_the_scope_of_the_programme_and_names_what_is_wrong(quiet: Hall):
    path = "/conferences/pycamp/previews"
    async with await quiet.client("read") as reader:
        assert "lacks the scope programme:write" in str(refused(await reader.post(path, json={}), 403)["detail"])
        asked = (await quiet.api.post(path, json={"weights": {"contacts": 2.0}, "budget": 3})).json()
        assert (await reader.get(f"{path}/{asked['id']}")).json() == {
            "id": asked["id"], "state": "waiting", "now": None, "then": None,
        }  # fmt: skip
    for body, field in (({"budget": 21}, "budget"), ({"weights": {"fame": 1}}, "weights.fame")):
        assert refused(await quiet.api.post(path, json=body), 422)["errors"][0]["field"] == field  # type: ignore[index]
    refused(await quiet.api.post(path, json={"weights": {"walks": 0.1}}), 422)
    refused(await quiet.api.get(f"{path}/{uuid.uuid4()}"), 404)
    for _ in range(2):
        assert (await quiet.api.post(path, json={})).status_code == 202
    refused(await quiet.api.post(path, json={}), 409)


async def test_an_unknown_scope_is_refused(quiet: Hall):
    answer = await quiet.api.post("/tokens", json={"name": "desk", "scopes": ["root"]})
    assert refused(answer, 422)["errors"][0]["field"] == "scopes[0]"  # type: ignore[index]


async def test_unknown_conferences_people_and_pages_are_not_there(quiet: Hall):
    assert refused(await quiet.api.get("/conferences/nowhere"), 404)["detail"] == "there is no conference nowhere"
    refused(await quiet.api.get(f"/conferences/pycamp/attendees/{uuid.uuid4()}/suggestions"), 404)
    refused(await quiet.api.get(f"/conferences/pycamp/sessions/{uuid.uuid4()}.ics"), 404)
    refused(await quiet.api.delete(f"/conferences/pycamp/sources/{uuid.uuid4()}"), 404)
    refused(await quiet.api.delete("/conferences/pycamp/registrations/T-404"), 404)
    refused(await quiet.api.get("/nothing"), 404)
    refused(await quiet.api.put("/conferences"), 405)
    refused(await quiet.api.get("/conferences/pycamp/attendees/me/suggestions"), 422)


@pytest.mark.parametrize("rubbish", ["\\u0000", "\\ud800", "\\u001b", "x" * 300])
async def test_characters_nobody_writes_are_refused_wherever_they_come(quiet: Hall, rubbish: str):
    for path, body in (
        ("/tokens", f'{{"name": "a{rubbish}", "scopes": ["read"]}}'),
        (
            "/conferences/pycamp/registrations",
            f'{{"registrations": [{{"ticket": "a{rubbish}", "name": "b", "email": "c@d.org"}}]}}',
        ),
        ("/conferences/pycamp/join", f'{{"tickets": ["a{rubbish}"]}}'),
    ):
        refused(await quiet.api.post(path, content=body, headers={"content-type": "application/json"}), 422)
    refused(await quiet.api.get("/conferences/py%00camp"), 422)
    refused(await quiet.api.get("/conferences/pycamp/ties?attendee=%00"), 422)


async def test_a_conference_that_is_there_already_is_a_conflict(quiet: Hall):
    body = {"slug": "pycamp", "name": "P", "time_zone": "UTC", "starts_on": "2027-01-01", "ends_on": "2027-01-02"}
    refused(await quiet.api.post("/conferences", json=body), 409)


@pytest.mark.parametrize(
    "change, field",
    [
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"starts_on": "2027-13-01"}, "starts_on"),
        ({"starts_on": "2027-05-16"}, "ends_on"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_field_of_a_conference_is_named(quiet: Hall, change: dict[str, str], field: str):
    body = {"slug": "new", "name": "New", "time_zone": "Europe/Madrid", "starts_on": "2027-05-14"}
    answer = await quiet.api.post("/conferences", json=body | {"ends_on": "2027-05-15"} | change)
    assert field in [e["field"] for e in refused(answer, 422)["errors"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "content, told",
    [
        (b"ticket,name\nT-1,Ana\n", "the column email is missing"),
        (HEADER.encode() + "T-1,Zoë,z@example.org,,,,\n".encode("latin-1"), "line 2 is not UTF-8"),
        ((HEADER + "T-1,Ana,a@example.org,,,,\n").encode("utf-16"), "UTF-16"),
        (HEADER.encode() + b"T-1," + b"x" * TEN_MEGABYTES + b",a@example.org,,,,\n", "line 2 is 10000023 characters"),
        (HEADER.encode() + b"T-1,=1+1,a@example.org,,,,\n", "begins like a spreadsheet formula"),
        (HEADER.encode() + b"T-1,Ana,a@example.org,,,,\nT-2,Bo,A@example.org,,,,\n", "line 3 has the same email as"),
        (HEADER.encode() + b"T-1,Ana,a@example.org,,,,\nT-2,Bo,not an address,,,,\n", "email"),
        (HEADER.encode() + b"T-1,Ana,a@example.org,,,,\nT-2,Bo,b@example.org,gopher,,,\n", "gopher"),
    ],
)
async def test_a_malformed_csv_is_refused_and_nobody_is_registered(quiet: Hall, content: bytes, told: str):
    problem = refused(await quiet.csv("/conferences/pycamp/registrations", content), 422)
    assert told in json.dumps(problem)
    assert await registered(quiet) == 0


async def test_what_the_service_finds_wrong_is_told_by_the_line_of_the_file(quiet: Hall):
    rows = "T-1,Ana,a@example.org,,,,\n\nT-2,Bo,not an address,,,,\n"
    problem = refused(await quiet.csv("/conferences/pycamp/registrations", HEADER + rows), 422)
    assert [e.get("row") for e in problem["errors"]] == [4]  # type: ignore[attr-defined]


async def test_duplicate_people_in_json_are_refused_naming_both(quiet: Hall):
    people = [{"ticket": "T-1", "name": n, "email": f"{n}@example.org"} for n in ("ana", "bo")]
    answer = await quiet.api.post("/conferences/pycamp/registrations", json={"registrations": people})
    error: dict[str, object] = refused(answer, 422)["errors"][0]  # type: ignore[index]
    assert error["row"] == 1
    assert error["message"] == "registration 1 has the same ticket as registration 0; keep one of them"


async def test_bodies_in_other_formats_or_broken_json_are_refused(quiet: Hall):
    path = "/conferences/pycamp/registrations"
    xml = await quiet.api.post(path, content=b"<x/>", headers={"content-type": "text/xml"})
    assert "send application/json or text/csv" in str(refused(xml, 415)["detail"])
    for content in (b"{", b"[" * 100_000, b"\xff", b"[]", b'{"registrations": []}'):
        broken = await quiet.api.post(path, content=content, headers={"content-type": "application/json"})
        refused(broken, 422)
    refused(await quiet.api.post("/tokens", content=b"{", headers={"content-type": "application/json"}), 422)


async def test_a_body_past_the_bound_is_refused_announced_or_not(quiet: Hall):
    path = "/conferences/pycamp/registrations"
    headers = {"content-type": "text/csv"}
    refused(await quiet.api.post(path, content=b"x" * 12_000_001, headers=headers), 413)

    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(13):
            yield b"x" * 1_000_000

    problem = refused(await quiet.api.post(path, content=unannounced(), headers=headers), 413)
    assert "which is the most here" in str(problem["detail"])


async def test_an_oversized_upload_is_refused_and_no_source_is_left(quiet: Hall):
    line = f"[10:00] <ana> bo: {CANARY}\n".encode()
    answer = await quiet.api.post(SOURCES, files={"files": ("a.log", line * 10_000)})
    refused(answer, 413)

    async def unannounced() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.log"\r\n\r\n'
        for _ in range(10):
            yield line * 1_000

    headers = {"content-type": "multipart/form-data; boundary=b"}
    refused(await quiet.api.post(SOURCES, content=unannounced(), headers=headers), 413)
    assert await sources(quiet) == 0


async def test_an_upload_whose_connection_breaks_leaves_no_source(quiet: Hall):
    begun = asyncio.Event()

    async def broken() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.log"\r\n\r\n'
        yield b"[10:00] <ana> bo: hello\n" * 100
        begun.set()
        await asyncio.Event().wait()

    headers = {"content-type": "multipart/form-data; boundary=b"}
    upload = asyncio.create_task(quiet.api.post(SOURCES, content=broken(), headers=headers))
    await begun.wait()
    upload.cancel()
    assert (await quiet.api.get("/conferences/pycamp")).status_code == 200
    assert await sources(quiet) == 0


async def test_a_body_that_never_ends_is_given_up(quiet: Hall, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "SILENCE_SECONDS", 0.2)

    async def stuck() -> AsyncIterator[bytes]:
        yield b"ticket,name"
        await asyncio.sleep(3)

    headers = {"content-type": "text/csv"}
    refused(await quiet.api.post("/conferences/pycamp/registrations", content=stuck(), headers=headers), 408)


@pytest.mark.parametrize(
    "body, told",
    [
        (b"", "ends in the middle"),
        (b"--b--\r\n", ""),
        (b"rubbish", "not well-formed multipart"),
        (b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nhello\r\n--b--\r\n', "no file name"),
        (b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.log"\r\n\r\n[10:00] <ana> b', "in the middle"),
    ],
)
async def test_a_broken_upload_is_refused(quiet: Hall, body: bytes, told: str):
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert told in str(refused(await quiet.api.post(SOURCES, content=body, headers=headers), 422)["detail"])
    assert await sources(quiet) == 0


async def test_an_upload_that_is_no_chat_log_or_of_an_unknown_network_is_refused_without_quoting_it(quiet: Hall):
    for network, content in (("irc", f"{CANARY}\n".encode() * 100), ("mbox", b"\0\xff" * 5_000), ("gopher", b"x")):
        path = f"/conferences/pycamp/sources?network={network}&name=chat&visibility=public"
        answer = await quiet.api.post(path, files={"files": ("a.log", content)})
        refused(answer, 422)
        assert CANARY not in answer.text
        assert await sources(quiet) == 0
    refused(await quiet.api.post(SOURCES, content=b"text", headers={"content-type": "text/plain"}), 415)
    refused(await quiet.api.post(SOURCES.replace("public", "secret"), files={"files": ("a.log", b"x")}), 422)


async def test_a_wrong_time_or_place_of_the_programme_is_named(quiet: Hall):
    venue = "name,capacity,seats,formats,opens,closes\nCorner,many,2,coffee,09:00,18:00\n"
    problem = refused(await quiet.csv("/conferences/pycamp/venue", venue, "PUT"), 422)
    assert problem["errors"][0]["row"] == 2  # type: ignore[index]
    ferry = {"name": "Ferry", "capacity": 1, "seats": 2, "opens": "09:00", "closes": "18:00"}
    elsewhere = {"places": [ferry, ferry | {"name": "Quay", "time_zone": "Mars/Olympus"}]}
    problem = refused(await quiet.api.put("/conferences/pycamp/venue", json=elsewhere), 422)
    error = problem["errors"][0]  # type: ignore[index]
    assert (error["field"], error["row"]) == ("places[1].time_zone", 1)
    assert "time_zone is an IANA name like Europe/Lisbon" in error["message"]
    talks = {"talks": [{"id": "t", "starts": "soon", "ends": "later"}]}
    problem = refused(await quiet.api.put("/conferences/pycamp/talks", json=talks), 422)
    assert problem["errors"][0]["field"] == "talks[0].starts"  # type: ignore[index]


async def test_the_same_idempotency_key_hears_the_first_reply_and_only_its_owner_does(quiet: Hall):
    path, key = "/conferences/pycamp/registrations", {"idempotency-key": "import-7"}
    body = {"registrations": [{"ticket": "T-1", "name": "Ana", "email": "ana@example.org"}]}
    first = await quiet.api.post(path, json=body, headers=key)
    again = await quiet.api.post(path, json=body, headers=key)
    assert first.json() == again.json() == {"registered": 1, "updated": 0, "unchanged": 0}
    async with await quiet.client("registrations:write") as other:
        answer = await other.post(path, json=body, headers=key)
        assert answer.json() == {"registered": 0, "updated": 0, "unchanged": 1}
    refused(await quiet.api.post(path, json=body, headers={"idempotency-key": "x" * 300}), 422)


async def test_a_service_that_is_down_is_a_503_and_the_portal_stays_well(database: MakeDatabase):
    async with hall(database, attendee_grpc="127.0.0.1:9") as made:
        refused(await made.api.get("/conferences/pycamp"), 503)
        async with httpx.AsyncClient(trust_env=False) as anybody:
            assert (await anybody.get(f"{made.url}/livez")).status_code == 200


async def test_the_openapi_description_is_open_and_names_every_scope_of_the_brief(quiet: Hall):
    async with client(quiet.url, "nobody") as nobody:
        document = (await nobody.get("/openapi.json")).json()
    assert "/conferences/{slug}/registrations" in document["paths"]
    register = document["paths"]["/conferences/{slug}/registrations"]["post"]
    assert set(register["requestBody"]["content"]) == {"application/json", "text/csv"}
