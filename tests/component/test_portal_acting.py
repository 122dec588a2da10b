"""What organizers do by page: find people, pair two, move and call off, check in, seat walk-ins, pause, announce."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from hallway.attendee.v1 import attendee_pb2
from hallway.matchmaking.v1 import service_pb2 as matchmaking_rpc

from services.portal.store import people
from tests.component.portal_stage import ADA, BO, CONFERENCE, CY, PLACE, SESSION, SUGGESTION, Stage, raise_stage

HERE = "/c/northcamp"
ACT = f"{HERE}/act"
DESK = f"{HERE}/desk"


@pytest.fixture
async def stage(database: Any) -> AsyncIterator[Stage]:
    stage, server, clients = await raise_stage((await database("portal")).pool)
    await stage.enter("org@example.org", "organizer")
    yield stage
    await stage.browser.aclose()
    await clients.stop()
    await server.stop(None)


async def desk(stage: Stage) -> None:
    stage.browser.cookies.clear()
    await stage.enter("dora@example.org", "desk")


@pytest.mark.parametrize("typed", ["ferrei", "BO ", "t-b", "bo@example.org"])
async def test_a_person_is_found_by_part_of_a_name_by_ticket_or_by_mail(stage: Stage, typed: str):
    page = (await stage.browser.get(ACT, params={"q": typed})).text
    assert "Bo Ferreira" in page
    assert "Ada Lind" not in page
    assert f"{ACT}/people/{BO}" in page


@pytest.mark.parametrize("typed", ["%", "_", "o", "%%", "nobody", "\\", "%o%"])
async def test_a_search_takes_signs_as_they_are_and_no_single_letter(stage: Stage, typed: str):
    page = (await stage.browser.get(ACT, params={"q": typed})).text
    assert "Ferreira" not in page


async def test_a_search_gives_a_page_at_a_time(stage: Stage):
    await stage.deps.pool.executemany(
        "INSERT INTO read_attendee VALUES ($1, 1, $2, $3, $4, '', 'joined', 3, '{}', '{}')",
        [(UUID(int=n), CONFERENCE, f"x{n}", f"Sam {n:02}") for n in range(1, people.PAGE + 6)],
    )
    first = (await stage.browser.get(ACT, params={"q": "sam"})).text
    assert (first.count('aria-label="Look at Sam'), "q=sam&amp;page=1" in first) == (people.PAGE, True)
    second = (await stage.browser.get(ACT, params={"q": "sam", "page": "1"})).text
    assert (second.count('aria-label="Look at Sam'), "page=2" in second) == (5, False)


async def test_a_persons_page_says_what_is_stored_and_neither_answers_nor_handles(stage: Stage):
    await stage.deps.pool.execute(
        "INSERT INTO read_suggestion VALUES ($1, 1, $2, 'tie', 'coffee', 'open', null, '[]')", SUGGESTION, CONFERENCE
    )
    await stage.deps.pool.execute("INSERT INTO read_suggestion_member VALUES ($1, $2, 0)", SUGGESTION, ADA)
    page = (await stage.browser.get(f"{ACT}/people/{ADA}")).text
    assert "Coffee with Cy Okafor" in page
    assert "<dt>Suggestions so far</dt><dd>1</dd>" in page
    assert "ada@example.org" in page
    assert "irc:ada" not in page
    assert "Bo Ferreira" not in page  # to whom they were suggested
    await stage.deps.pool.execute("UPDATE read_suggestion SET route = 'organizer'")
    assert "<dt>Suggestions so far</dt><dd>0</dd>" in (await stage.browser.get(f"{ACT}/people/{ADA}")).text


async def test_two_people_are_paired_by_hand_and_the_page_says_the_same_whatever_came_of_it(stage: Stage):
    chosen = f"{ACT}/pair?person={ADA}"
    assert "Suggest Bo Ferreira" in (await stage.browser.get(f"{chosen}&q=ferreira")).text
    taken = await stage.post(f"{ACT}/pair", f"{chosen}&q=ferreira", {"person": str(ADA), "other": str(BO)})
    assert taken.headers["location"] == f"{ACT}/people/{ADA}?done=paired"
    wanted = matchmaking_rpc.SuggestPairRequest(conference_id=str(CONFERENCE), attendee_id=str(ADA), other_id=str(BO))
    assert stage.matchmaking.calls == [wanted]
    same = await stage.post(f"{ACT}/pair", f"{chosen}&q=ferreira", {"person": str(ADA), "other": str(ADA)})
    assert (same.status_code, "Choose somebody else" in same.text) == (422, True)
    stage.attendees.state = attendee_pb2.ATTENDEE_STATE_PAUSED
    away = await stage.post(f"{ACT}/pair", ACT, {"person": str(ADA), "other": str(BO)})
    assert (away.status_code, "does not take part at the moment" in away.text) == (422, True)
    assert len(stage.matchmaking.calls) == 1


async def test_an_organizer_moves_a_session_and_calls_it_off_with_a_word(stage: Stage):
    here = f"{ACT}/sessions/{SESSION}"
    page = (await stage.browser.get(here)).text
    assert "Coffee with Ada Lind and Cy Okafor" in page
    assert "16:00 to 16:30 · Garden table 2" in page
    missing = await stage.post(f"{here}/move", here, {})
    assert (missing.status_code, "Choose one of the times first." in missing.text) == (422, True)
    offer = f"{PLACE} 2026-05-14T14:00:00Z 2026-05-14T14:30:00Z"
    assert (await stage.post(f"{here}/move", here, {"offer": offer})).headers["location"] == f"{here}?done=moved"
    cancelled = await stage.post(f"{here}/cancel", here, {"word": "The garden  is flooded."})
    assert cancelled.headers["location"] == f"{here}?done=cancelled"
    moved, off = stage.scheduling.calls
    assert (moved.attendee_id, moved.offer.place_id) == ("", str(PLACE))  # by an organizer
    assert (off.attendee_id, off.reason) == ("", "The garden is flooded.")


async def test_the_desk_finds_people_and_checks_them_in_with_one_tap(stage: Stage):
    await desk(stage)
    assert (await stage.browser.get(HERE)).headers["location"] == DESK
    found = (await stage.browser.get(DESK, params={"q": "ferreira"})).text
    assert "Bo Ferreira is here" in found
    taken = await stage.post(f"{DESK}/here", f"{DESK}?q=ferreira", {"person": str(BO)})
    assert taken.headers["location"] == f"{DESK}/people/{BO}?done=here"
    assert [(call.attendee_id, call.gone) for call in stage.scheduling.calls] == [(str(BO), False)]
    assert (await stage.browser.get(f"{HERE}/attendees")).status_code == 403


async def test_a_walk_in_is_registered_joined_and_checked_in_and_sees_who_could_meet(stage: Stage):
    await desk(stage)
    wrong = await stage.post(f"{DESK}/walk-in", DESK, {"name": "Cy <Okafor>", "email": "cy"})
    assert wrong.status_code == 422
    assert 'value="Cy &lt;Okafor&gt;"' in wrong.text
    assert 'id="email-problem"' in wrong.text
    assert 'id="agreed-problem"' in wrong.text
    assert stage.attendees.calls == []
    form = {"name": "Cy Okafor", "email": "Cy@example.org", "interests": "Typing, ", "agreed": "yes"}
    taken = await stage.post(f"{DESK}/walk-in", DESK, form)
    assert taken.headers["location"] == f"{DESK}/people/{CY}?done=walked_in"
    (registration,) = stage.attendees.calls[0].registrations
    assert (registration.name, registration.email, list(registration.interests), registration.joined) == (
        "Cy Okafor", "cy@example.org", ["typing"], True,
    )  # fmt: skip
    assert registration.ticket.startswith("walk-in-")
    page = (await stage.browser.get(f"{DESK}/people/{CY}")).text
    assert "Could meet now" in page
    assert "Window table 1" in page


async def test_matching_is_paused_and_goes_on(stage: Stage):
    assert "Pause matching" in (await stage.browser.get(ACT)).text
    await stage.post(f"{ACT}/matching", ACT, {"paused": "yes"})
    assert "Let it go on" in (await stage.browser.get(ACT)).text
    await stage.post(f"{ACT}/matching", ACT, {"paused": "no"})
    assert "Pause matching" in (await stage.browser.get(ACT)).text
    assert [call.paused for call in stage.matchmaking.calls] == [True, False]


async def test_an_announcement_stands_escaped_on_the_pages_of_this_conference_and_goes_out_by_mail(stage: Stage):
    for text, words in (("", "Write what everybody should know."), ("x" * 501, "At most 500 characters.")):
        wrong = await stage.post(f"{ACT}/announce", ACT, {"text": text})
        assert (wrong.status_code, words in wrong.text) == (422, True)
    said = "Coffee <b>moved</b> to the garden."
    done = await stage.post(f"{ACT}/announce", ACT, {"text": said, "mail": "yes"})
    assert done.headers["location"] == f"{ACT}?done=announced"
    mails = await stage.deps.pool.fetch("SELECT kind, recipient FROM mail ORDER BY recipient")
    assert [tuple(mail) for mail in mails] == [("announcement", str(person)) for person in sorted((ADA, BO, CY))]
    await stage.enter(str(ADA), "attendee")
    assert "Coffee &lt;b&gt;moved&lt;/b&gt; to the garden." in (await stage.browser.get(f"{HERE}/me")).text
    assert "Coffee" not in str(await stage.deps.pool.fetch("SELECT * FROM command_log"))


async def test_so_many_announcements_are_made_in_a_day_and_no_more(stage: Stage):
    for _ in range(10):
        assert (await stage.post(f"{ACT}/announce", ACT, {"text": "Lunch."})).status_code == 303
    refused = await stage.post(f"{ACT}/announce", ACT, {"text": "Lunch again."})
    assert (refused.status_code, "people stop reading" in refused.text) == (422, True)
    assert "Lunch again." in refused.text  # what was typed stays


async def test_people_and_sessions_of_another_conference_are_not_there(stage: Stage):
    stage.scheduling.sessions[0].conference_id = str(UUID(int=9))
    assert (await stage.browser.get(f"{ACT}/sessions/{SESSION}")).status_code == 404
    for path in (f"{ACT}/sessions/{SESSION}/move", f"{ACT}/sessions/{SESSION}/cancel"):
        assert (await stage.post(path, ACT, {"offer": "x"})).status_code == 404
    assert stage.scheduling.calls == []
    stage.attendees.conference = UUID(int=9)
    for path in (f"{ACT}/people/{ADA}", f"{ACT}/pair?person={ADA}", f"{DESK}/people/{ADA}"):
        assert (await stage.browser.get(path)).status_code == 404
    for path in (f"{DESK}/here", f"{ACT}/pair"):
        assert (await stage.post(path, ACT, {"person": str(ADA), "other": str(BO)})).status_code == 404
    assert stage.scheduling.calls == stage.matchmaking.calls == []
