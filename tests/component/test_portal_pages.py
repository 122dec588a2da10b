"""The pages over HTTP: signing in, answering, sessions, roles, and everything that is refused."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from hallway.attendee.v1 import attendee_pb2
from hallway.matchmaking.v1 import service_pb2 as matchmaking_rpc

from services.kit.errors import Unavailable
from tests.component.portal_stage import (
    ADA,
    BO,
    CONFERENCE,
    CY,
    NAMES,
    PLACE,
    SESSION,
    SUGGESTION,
    form_token,
    raise_stage,
    session,
    suggestion,
)

ME = "/c/northcamp/me"
ANSWER = f"{ME}/suggestions/{SUGGESTION}/answer"
HTMX = {"HX-Request": "true"}


@pytest.fixture
async def stage(database):
    stage, server, clients = await raise_stage((await database("portal")).pool)
    yield stage
    await stage.browser.aclose()
    await clients.stop()
    await server.stop(None)


async def test_a_link_opens_a_page_with_a_button_and_only_the_button_uses_it_up(stage):
    link = await stage.link()
    for _ in range(3):  # a mail scanner fetches it
        page = await stage.browser.get(link)
        assert page.status_code == 200
        assert "Welcome, Ada Lind" in page.text
    assert not any(name != "hallway_visit" for name in stage.browser.cookies)
    entered = await stage.browser.post(link, data={"form_token": form_token(page.text)})
    assert entered.status_code == 303
    assert entered.headers["location"] == ME
    cookie = next(c for c in entered.headers.get_list("set-cookie") if c.startswith("hallway_attendee="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/c/northcamp" in cookie
    assert "Hello, Ada Lind" in (await stage.browser.get(ME)).text


async def test_a_replayed_link_says_so_and_offers_a_new_one(stage):
    link = await stage.link()
    page = await stage.browser.get(link)
    await stage.browser.post(link, data={"form_token": form_token(page.text)})
    for replay in (
        await stage.browser.get(link),
        await stage.browser.post(link, data={"form_token": form_token(page.text)}),
    ):
        assert replay.status_code == 410
        assert "This link was used already" in replay.text
        assert "Send me a new link" in replay.text


async def test_an_expired_link_and_a_tampered_link_say_what_happened(stage):
    expired = await stage.browser.get(await stage.link(ttl=timedelta(seconds=-1)))
    assert (expired.status_code, "This link is too old" in expired.text) == (410, True)
    tampered = await stage.browser.get((await stage.link())[:-2] + "xx")
    assert (tampered.status_code, "This link is not complete" in tampered.text) == (400, True)


async def test_a_new_link_is_queued_for_a_known_address_and_the_answer_is_the_same_for_others(stage):
    known = await stage.post("/sign-in", "/", {"email": "ADA@example.org", "conference": "northcamp"})
    unknown = await stage.post("/sign-in", "/", {"email": "eve@example.org", "conference": "northcamp"})
    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text
    assert await stage.deps.pool.fetch("SELECT kind, recipient, role FROM mail") == [("sign-in", str(ADA), "attendee")]
    wrong = await stage.post("/sign-in", "/", {"email": "no address"})
    assert (wrong.status_code, "name@example.org" in wrong.text) == (422, True)


async def test_pages_ask_strangers_to_sign_in(stage):
    for page in (ME, f"{ME}/profile", "/c/northcamp/dashboard", "/c/northcamp/attendees", "/c/northcamp/sessions"):
        answer = await stage.browser.get(page)
        assert answer.status_code == 401
        assert "Send me a link" in answer.text
        assert "Ada" not in answer.text


async def test_an_attendee_cannot_open_the_organizer_pages_nor_an_organizer_the_attendees(stage):
    await stage.enter()
    assert (await stage.browser.get("/c/northcamp/dashboard")).status_code == 401
    assert (await stage.browser.get("/c/northcamp/dashboard/live")).status_code == 401
    stage.browser.cookies.clear()
    await stage.enter("org@example.org", "owner")
    assert (await stage.browser.get(ME)).status_code == 401
    assert (await stage.browser.get("/c/northcamp")).headers["location"] == "/c/northcamp/dashboard"


async def test_an_attendee_cookie_is_no_organizer_cookie(stage):
    await stage.enter()
    value = stage.browser.cookies["hallway_attendee"]
    stage.browser.cookies.set("hallway_organizer", value, domain="portal.test", path="/c/northcamp")
    assert (await stage.browser.get("/c/northcamp/dashboard")).status_code == 401


async def test_a_viewer_gets_the_numbers_and_nobodys_name(stage):
    await stage.enter("viewer@example.org", "viewer")
    board = await stage.browser.get("/c/northcamp/dashboard")
    assert board.status_code == 200
    assert "No session yet: 3" in board.text
    assert not any(name in board.text for name in NAMES.values())
    for page in ("/c/northcamp/attendees", "/c/northcamp/sessions"):
        refused = await stage.browser.get(page)
        assert (refused.status_code, "Ada" in refused.text) == (403, False)


async def test_an_organizer_sees_who_is_left_out_and_the_list_of_attendees(stage):
    await stage.enter("org@example.org", "organizer")
    assert "no tie and no suggestion yet" in (await stage.browser.get("/c/northcamp/dashboard")).text
    listed = (await stage.browser.get("/c/northcamp/attendees")).text
    assert all(name in listed for name in NAMES.values())
    assert "@example.org" not in listed


async def test_an_organizer_sees_what_worked_and_the_rest_of_the_page_while_it_cannot_be_asked(stage):
    await stage.enter("org@example.org", "organizer")
    page = (await stage.browser.get("/c/northcamp/dashboard")).text
    assert "It cannot be asked now" in page
    assert "no tie and no suggestion yet" in page
    stage.matchmaking.worked = [
        matchmaking_rpc.SignalWorked(signal="messages", weight=0.7, outcomes=80, sessions=31),
        matchmaking_rpc.SignalWorked(signal="contacts", weight=1.0, outcomes=20, sessions=9),
        matchmaking_rpc.SignalWorked(signal="none"),
    ]
    page = (await stage.browser.get("/c/northcamp/dashboard")).text
    assert "31 of 80 suggestions became a session, counts 0.7 times" in page
    assert "9 of 20 suggestions became a session<" in page
    assert 'Nothing was known of the two</b><span class="quiet small">too few yet to be shown' in page


async def test_a_suggestion_shows_who_and_why_and_the_session_its_local_time(stage):
    await stage.enter()
    page = (await stage.browser.get(ME)).text
    assert "Bo Ferreira" in page
    assert "You answered each other 9 times on the packaging list since March 2026." in page
    assert "A coffee with Cy Okafor" in page
    assert "Thursday 14 May<br>13:00 to 13:30 · Window table 1" in page  # 11:00 UTC in Madrid


@pytest.mark.parametrize("headers", [{}, HTMX])
async def test_what_a_yes_comes_back_with_is_the_same_whatever_the_other_answered(stage, headers):
    await stage.enter()
    answers = []
    for made_match in (False, True):
        stage.matchmaking.made_match = made_match
        answer = await stage.post(ANSWER, ME, {"answer": "yes"}, headers=headers)
        answers.append((answer.status_code, answer.text, answer.headers.get("location")))
    assert answers[0] == answers[1]
    assert stage.matchmaking.calls[0].attendee_id == str(ADA)
    assert stage.matchmaking.calls[0].answer == matchmaking_rpc.ANSWER_YES
    where = answers[0][1] if headers else (await stage.browser.get(answers[0][2])).text
    assert "You said yes. We will tell you when it is mutual." in where


async def test_an_answer_by_htmx_replaces_the_card_and_is_announced(stage):
    await stage.enter()
    part = (await stage.post(ANSWER, ME, {"answer": "no"}, headers=HTMX)).text
    assert "<html" not in part
    assert f'id="suggestion-{SUGGESTION}"' in part
    assert 'hx-swap-oob="innerHTML">Taken away. Nobody is told.' in part


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [("met", matchmaking_rpc.EXCLUSION_REASON_MET), ("blocked", matchmaking_rpc.EXCLUSION_REASON_BLOCKED)],
)
async def test_met_and_block_exclude_the_pair(stage, chosen, reason):
    await stage.enter()
    await stage.post(ANSWER, ME, {"answer": chosen})
    (call,) = stage.matchmaking.calls
    assert (call.attendee_id, call.other_id, call.reason) == (str(ADA), str(BO), reason)


async def test_somebody_elses_suggestion_and_an_unknown_answer_are_refused(stage):
    await stage.enter()
    other = f"{ME}/suggestions/{UUID(int=7)}/answer"
    assert (await stage.post(other, ME, {"answer": "yes"})).status_code == 404
    assert (await stage.post(ANSWER, ME, {"answer": "maybe"})).status_code == 422
    assert (await stage.post(f"{ME}/suggestions/x/answer", ME, {"answer": "yes"})).status_code == 404
    assert stage.matchmaking.calls == []


async def test_an_own_no_is_not_shown_again(stage):
    stage.matchmaking.suggestions = [suggestion(answer=matchmaking_rpc.ANSWER_NO)]
    await stage.enter()
    assert "Bo Ferreira" not in (await stage.browser.get(ME)).text


async def test_a_session_is_moved_to_an_offer_cancelled_and_recorded(stage):
    await stage.enter()
    offers = f"{ME}/sessions/{SESSION}/offers"
    page = (await stage.browser.get(offers)).text
    assert "Thursday 14 May, 16:00 to 16:30 · Garden table 2" in page
    (offer,) = re.findall(r'name="offer" value="([^"]+)"', page)
    moved = await stage.post(f"{ME}/sessions/{SESSION}/move", offers, {"offer": offer})
    assert moved.headers["location"] == f"{ME}?done=moved"
    assert stage.scheduling.calls[0].offer.place_id == str(PLACE)
    assert stage.scheduling.calls[0].offer.during.starts_at.ToJsonString() == "2026-05-14T14:00:00Z"
    await stage.post(f"{ME}/sessions/{SESSION}/cancel", ME, {})
    assert stage.scheduling.calls[1].attendee_id == str(ADA)
    stage.scheduling.sessions = [session(hours=-2)]
    assert "I was there" in (await stage.browser.get(ME)).text
    await stage.post(f"{ME}/sessions/{SESSION}/outcome", ME, {"outcome": "held"})
    assert stage.scheduling.calls[2].outcome == 1


async def test_a_session_of_others_is_not_there_for_me(stage):
    await stage.enter(str(BO))
    for path in ("move", "cancel", "outcome"):
        refused = await stage.post(f"{ME}/sessions/{SESSION}/{path}", ME, {"outcome": "held", "offer": "x"})
        assert refused.status_code == 404
    assert (await stage.browser.get(f"{ME}/sessions/{SESSION}.ics")).status_code == 404
    assert stage.scheduling.calls == []


async def test_a_session_is_downloaded_for_a_calendar(stage):
    await stage.enter()
    await stage.deps.pool.execute(
        """INSERT INTO read_session VALUES ($1, 1, $2, 'coffee', 'scheduled', $3, 'Window table 1',
           '2026-05-14 11:00+00', '2026-05-14 11:30+00', 0, '', '2026-05-01 10:00+00')""",
        SESSION, CONFERENCE, PLACE,
    )  # fmt: skip
    for person in (ADA, CY):
        await stage.deps.pool.execute("INSERT INTO read_session_member VALUES ($1, $2)", SESSION, person)
    file = await stage.browser.get(f"{ME}/sessions/{SESSION}.ics")
    assert file.headers["content-type"] == "text/calendar; charset=utf-8"
    assert f"UID:{SESSION}@hallway" in file.text
    assert "Cy Okafor" in file.text


async def test_joining_pausing_and_the_profile_reach_the_attendee_service(stage):
    stage.attendees.state = attendee_pb2.ATTENDEE_STATE_REGISTERED
    await stage.enter()
    assert "Yes, introduce me" in (await stage.browser.get(ME)).text
    await stage.post(f"{ME}/join", ME, {})
    await stage.post(f"{ME}/pause", f"{ME}/profile", {})
    fields = {"interests": "Typing, packaging ,", "formats": "walk", "budget": "4", "handles": "irc:ada\r\n\r\nirc:al"}
    saved = await stage.post(f"{ME}/profile", f"{ME}/profile", fields)
    assert saved.headers["location"] == f"{ME}/profile?done=saved"
    join, _, profile = stage.attendees.calls
    assert list(join.attendee_ids) == [str(ADA)]
    assert list(profile.interests) == ["typing", "packaging"]
    assert (list(profile.formats), profile.attention_budget) == (["walk"], 4)
    assert list(profile.handles) == ["irc:ada", "irc:al"]


async def test_a_profile_that_cannot_be_taken_is_shown_again_with_the_reason(stage):
    await stage.enter()
    form = f"{ME}/profile"
    stage.attendees.refuse = "irc:<b> is not a nick; write irc:your_nick"
    refused = await stage.post(form, form, {"budget": "4", "handles": "irc:<b>"})
    assert refused.status_code == 422
    assert "irc:&lt;b&gt; is not a nick; write irc:your_nick" in refused.text
    assert "<b>" not in refused.text.replace("</b>", "")
    assert "write a number" in (await stage.post(form, form, {"budget": "many"})).text


async def test_a_form_without_its_token_or_of_another_session_does_nothing(stage):
    await stage.enter()
    ada_token = form_token((await stage.browser.get(ME)).text)
    missing = await stage.browser.post(ANSWER, data={"answer": "yes"})
    assert (missing.status_code, "This form is too old" in missing.text) == (403, True)
    await stage.enter(str(BO))
    other = await stage.browser.post(ANSWER, data={"answer": "yes", "form_token": ada_token})
    assert other.status_code == 403
    assert stage.matchmaking.calls == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=" + b"x" * 40_000, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a=1" for _ in range(200)), "application/x-www-form-urlencoded", 422),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 422),
        (b"answer=%00", "application/x-www-form-urlencoded", 422),
        (b"{}", "application/json", 415),
    ],
)
async def test_hostile_forms_are_refused_in_words(stage, body, kind, status):
    await stage.enter()
    answer = await stage.browser.post(ANSWER, content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert "<h1>" in answer.text


async def test_every_page_has_the_strict_headers_and_no_inline_script_or_style(stage):
    await stage.enter()
    for path in ("/", ME, f"{ME}/profile", "/c/none", "/nothing", "/sign-in/x"):
        page = await stage.browser.get(path)
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=", page.text)
        assert '"includeIndicatorStyles": false' in page.text
        assert '"allowEval": false' in page.text


@pytest.mark.parametrize(
    "path", ["/nothing", "/c/none/me", "/c/Bad%00/me", "/static/../settings.py", "/static/%2e%2e/x"]
)
async def test_what_is_not_there_is_a_page_too(stage, path):
    page = await stage.browser.get(path)
    assert page.status_code == 404
    assert "There is nothing here" in page.text


async def test_a_name_is_text_and_never_markup(stage):
    await stage.deps.pool.execute(
        "UPDATE read_attendee SET name = '<script>alert(1)</script>' WHERE id = any($1)", [BO, CY]
    )
    await stage.enter()
    page = (await stage.browser.get(ME)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_an_error_behind_an_htmx_form_is_told_above_the_page(stage):
    await stage.enter()
    answer = await stage.post(ANSWER, ME, {"answer": "maybe"}, headers=HTMX)
    assert answer.headers["hx-retarget"] == "#problem"
    assert answer.text.strip() == (
        '<p class="notice">Choose one of the buttons: yes, not now, no, we have met, or never.</p>'
    )


async def test_a_service_that_is_away_is_said_and_the_rest_of_the_page_is_there(stage):
    await stage.enter()
    await stage.deps.clients.matchmaking.channel.close()
    stage.deps.clients.matchmaking.call = refusing
    page = await stage.browser.get(ME)
    assert page.status_code == 200
    assert "Your suggestions cannot be read just now" in page.text
    assert "A coffee with Cy Okafor" in page.text
    failed = await stage.post(ANSWER, ME, {"answer": "yes"})
    assert (failed.status_code, "Nothing is lost" in failed.text) == (503, True)


async def test_a_cancelled_ticket_shows_nothing_and_a_refusal_leads_back_to_the_conference(stage):
    await stage.enter()
    stage.attendees.state = attendee_pb2.ATTENDEE_STATE_CANCELLED
    page = await stage.browser.get(ME)
    assert (page.status_code, "Your ticket for this conference was cancelled" in page.text) == (403, True)
    assert "Bo Ferreira" not in page.text
    assert '<a class="button" href="/c/northcamp">' in page.text


async def test_a_page_can_be_probed_without_its_body(stage):
    assert (await stage.browser.head("/")).status_code == 200
    assert (await stage.browser.head("/c/none")).status_code == 404


async def refusing(*args, **more):
    raise Unavailable("127.0.0.1:1 does not answer: UNAVAILABLE")


async def test_a_database_that_is_away_gives_a_page_and_no_inner_detail(stage):
    await stage.enter()
    await stage.deps.pool.close()
    page = await stage.browser.get(ME)
    assert page.status_code == 503
    assert "A part of Hallway does not answer" in page.text
    assert "pool" not in page.text


async def test_signing_out_ends_the_session_also_for_a_stolen_cookie(stage):
    await stage.enter()
    stolen = dict(stage.browser.cookies)
    out = await stage.post(f"{ME}/sign-out", ME, {})
    assert out.status_code == 303
    stage.browser.cookies.set("hallway_attendee", stolen["hallway_attendee"], domain="portal.test", path="/")
    assert (await stage.browser.get(ME)).status_code == 401
