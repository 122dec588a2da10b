"""What is an attendee's own: their data, calendar, language, notes; and what of it others see."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from hallway.attendee.v1 import attendee_pb2
from hallway.matchmaking.v1 import service_pb2 as matchmaking_rpc

from tests.component.portal_stage import (
    ADA,
    BO,
    CONFERENCE,
    CY,
    PLACE,
    SESSION,
    SOURCE,
    SUGGESTION,
    raise_stage,
    session,
    suggestion,
)

ME = "/c/northcamp/me"


@pytest.fixture
async def stage(database):
    stage, server, clients = await raise_stage((await database("portal")).pool)
    yield stage
    await stage.browser.aclose()
    await clients.stop()
    await server.stop(None)


async def test_my_data_names_sources_and_counts_and_nobody_else(stage):
    stage.matchmaking.suggestions = [suggestion(answer=matchmaking_rpc.ANSWER_NO)]
    await stage.enter()
    page = (await stage.browser.get(f"{ME}/data")).text
    assert "the packaging list" in page
    assert "You to others: 5 times. Others to you: 4 times. With people here: 1." in page
    assert "a list without Ada" not in page
    assert "Bo Ferreira" not in page
    exported = await stage.browser.get(f"{ME}/data.json")
    assert exported.headers["content-disposition"] == 'attachment; filename="hallway-my-data.json"'
    kept = json.loads(exported.text)
    assert kept["registration"]["email"] == "ada@example.org"
    assert kept["answers"] == [{"suggestion": str(SUGGESTION), "answer": "no", "route": "tie"}]
    assert [source["from_me"] for source in kept["sources"]] == [5]
    assert str(BO) not in exported.text


async def test_of_sources_one_is_not_in_nothing_is_learned(stage):
    await stage.enter()
    assert "the packaging list" in (await stage.browser.get(f"{ME}/data/sources/{SOURCE}")).text
    for other in (UUID(int=5), UUID(int=99), "x"):
        assert (await stage.browser.get(f"{ME}/data/sources/{other}")).status_code == 404
        refused = await stage.post(f"{ME}/data/sources/{other}", f"{ME}/data/sources/{SOURCE}", {})
        assert refused.status_code == 404
    assert stage.attendees.calls == []
    await stage.post(f"{ME}/data/sources/{SOURCE}", f"{ME}/data/sources/{SOURCE}", {})
    (call,) = stage.attendees.calls
    assert (call.source_id, call.attendee_id) == (str(SOURCE), str(ADA))


async def test_erasing_needs_the_form_and_signs_out(stage):
    await stage.enter()
    assert (await stage.browser.post(f"{ME}/erase", data={"form_token": "x"})).status_code == 403
    assert stage.attendees.calls == []
    answer = await stage.post(f"{ME}/erase", f"{ME}/erase", {})
    assert answer.headers["location"] == "/c/northcamp/erased"
    assert [call.attendee_id for call in stage.attendees.calls] == [str(ADA)]
    assert (await stage.browser.get(ME)).status_code == 401
    assert "You are erased" in (await stage.browser.get("/c/northcamp/erased")).text


async def test_lateness_is_shown_to_the_others_near_the_time_and_to_nobody_else(stage):
    stage.scheduling.sessions = [session(1)]
    await stage.enter(str(CY))
    await stage.post(f"{ME}/sessions/{SESSION}/late", ME, {"minutes": "10"})
    refused = await stage.post(f"{ME}/sessions/{SESSION}/late", ME, {"minutes": "9999"})
    assert refused.status_code == 422
    await stage.enter(str(BO))
    assert (await stage.post(f"{ME}/sessions/{SESSION}/late", ME, {"minutes": "5"})).status_code == 404
    await stage.enter()
    assert "Cy Okafor is about 10 minutes late." in (await stage.browser.get(ME)).text
    stage.scheduling.sessions = [session(26)]
    later = (await stage.browser.get(ME)).text
    assert "late" not in later.lower().replace("later", "")


async def test_a_word_goes_with_a_cancellation_and_without_one_nobody_is_named(stage):
    await stage.enter()
    await stage.post(f"{ME}/sessions/{SESSION}/cancel", ME, {"word": " my train\n stopped "})
    await stage.post(f"{ME}/sessions/{SESSION}/cancel", ME, {"word": "  "})
    assert [call.reason for call in stage.scheduling.calls] == [
        "Ada Lind: my train stopped",
        "Somebody cannot make it.",
    ]


async def test_only_people_with_a_session_are_offered_now(stage):
    """Whoever was suggested may have been blocked: asking for them would show that they are here."""
    await stage.enter()
    assert "First say that you are here" in (await stage.browser.get(f"{ME}/now")).text
    there = await stage.post(f"{ME}/here", ME, {})
    assert there.headers["location"] == f"{ME}/now?done=here"
    page = (await stage.browser.get(f"{ME}/now")).text
    assert "Cy Okafor" in page
    assert "Bo Ferreira" not in page
    assert list(stage.scheduling.calls[-1].candidates) == []
    await stage.post(f"{ME}/here", ME, {"gone": "yes"})
    assert stage.scheduling.here is False


async def test_notes_about_a_session_are_bounded_and_ones_own(stage):
    await stage.enter()
    await stage.post(f"{ME}/sessions/{SESSION}/felt", ME, {"felt": "useful", "note": "x" * 5_000})
    await stage.enter(str(CY))
    await stage.post(f"{ME}/sessions/{SESSION}/felt", ME, {"felt": "rich", "note": "mine"})
    await stage.enter(str(BO))
    assert (await stage.post(f"{ME}/sessions/{SESSION}/felt", ME, {"note": "not mine"})).status_code == 404
    kept = await stage.deps.pool.fetch("SELECT attendee_id, marks, length(note) AS n FROM felt ORDER BY attendee_id")
    assert [tuple(row) for row in kept] == [(ADA, ["useful"], 1_000), (CY, [], 4)]


async def test_a_calendar_can_be_subscribed_to_by_its_address_alone(stage):
    await stage.deps.pool.execute(
        """INSERT INTO read_session VALUES ($1, 1, $2, 'coffee', 'scheduled', $3, 'Window table 1',
           '2026-05-14 11:00+00', '2026-05-14 11:30+00', 0, '', '2026-05-01 10:00+00')""",
        SESSION, CONFERENCE, PLACE,
    )  # fmt: skip
    await stage.deps.pool.executemany(
        "INSERT INTO read_session_member VALUES ($1, $2)", [(SESSION, ADA), (SESSION, CY)]
    )
    address = f"/calendar/{stage.deps.signer.calendar_token(ADA)}.ics"
    feed = await stage.browser.get(address)
    assert (feed.status_code, f"UID:{SESSION}@hallway" in feed.text, "Cy Okafor" in feed.text) == (200, True, True)
    other = (await stage.browser.get(f"/calendar/{stage.deps.signer.calendar_token(BO)}.ics")).text
    assert str(SESSION) not in other
    link = stage.deps.signer.link_token(ADA)  # signed by us, for something else
    for wrong in (address[:-6] + "xx.ics", f"/calendar/{link}.ics", "/calendar/x.ics"):
        assert (await stage.browser.get(wrong)).status_code == 404
    await stage.deps.pool.execute("UPDATE read_attendee SET state = 'cancelled' WHERE id = $1", ADA)
    assert (await stage.browser.get(address)).status_code == 404


@pytest.mark.parametrize(
    ("back", "leads"),
    [
        ("/design", "/design"),
        ("//evil.example/x", "/evil.example/x"),
        ("/\\evil.example", "/evil.example"),
        ("https://evil.example", "/https%3A//evil.example"),
        ("/x\r\nSet-Cookie: a=b", "/x%0D%0ASet-Cookie%3A%20a%3Db"),
    ],
)
async def test_choosing_a_language_leads_back_and_never_away_from_this_site(stage, back, leads):
    chosen = await stage.post("/language", "/", {"language": "de", "back": back})
    assert (chosen.status_code, chosen.headers["location"]) == (303, leads)
    assert "Triff die Leute" in (await stage.browser.get("/")).text
    assert (await stage.post("/language", "/", {"language": "xx", "back": "/"})).status_code == 422


async def test_an_organizer_chooses_a_language_too(stage):
    await stage.enter("org@example.org", "owner")
    page = (await stage.browser.get("/c/northcamp/dashboard")).text
    token = page.split('action="/language"')[1].split('value="')[1].split('"')[0]
    await stage.browser.post(
        "/language", data={"form_token": token, "language": "de", "back": "/c/northcamp/dashboard"}
    )
    assert "Wer zusammenfindet" in (await stage.browser.get("/c/northcamp/dashboard")).text


async def test_a_step_that_is_none_is_not_there_and_one_that_is_refused_says_why(stage):
    await stage.enter()
    for number in ("0", "4", "x"):
        assert (await stage.browser.get(f"{ME}/steps/{number}")).status_code == 404
    stage.attendees.refuse = "irc:<b> is not a nick; write irc:your_nick"
    refused = await stage.post(f"{ME}/steps/1", f"{ME}/steps/1", {"handles": "irc:<b>"})
    assert refused.status_code == 422
    assert "irc:&lt;b&gt; is not a nick" in refused.text


async def test_joining_leads_into_the_steps_and_coming_back_does_not(stage):
    stage.attendees.state = attendee_pb2.ATTENDEE_STATE_REGISTERED
    await stage.enter()
    assert (await stage.post(f"{ME}/join", ME, {})).headers["location"] == f"{ME}/steps/1?done=joined"
    stage.attendees.state = attendee_pb2.ATTENDEE_STATE_PAUSED
    assert (await stage.post(f"{ME}/join", ME, {})).headers["location"] == f"{ME}?done=back"


async def test_a_table_names_all_its_people_and_cannot_be_blocked_as_one(stage):
    table = suggestion()
    extra = UUID("01970000-0000-7000-8000-0000000000c9")
    table.suggestion.attendee_ids[:] = [str(ADA), str(BO), str(CY), str(extra)]
    stage.matchmaking.suggestions = [table]
    await stage.enter()
    page = (await stage.browser.get(ME)).text
    assert "Bo Ferreira, Cy Okafor and somebody who has left" in page
    assert "We have met" not in page


async def test_styles_and_scripts_come_compressed_and_the_same(stage):
    plain = await stage.browser.get("/static/hallway.css", headers={"accept-encoding": "identity"})
    zipped = await stage.browser.get("/static/hallway.css", headers={"accept-encoding": "gzip"})
    assert plain.content == zipped.content
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["content-type"].startswith("text/css")
    assert timedelta(days=300).total_seconds() < int(zipped.headers["cache-control"].split("max-age=")[1].split(",")[0])
