"""What an attendee does about suggestions and sessions: answer, move, call off, say whether and how it was."""

from dataclasses import replace
from uuid import UUID

from fastapi import Response
from google.protobuf.timestamp_pb2 import Timestamp
from hallway.matchmaking.v1 import service_pb2 as matchmaking_pb
from hallway.scheduling.v1 import scheduling_pb2
from hallway.scheduling.v1 import service_pb2 as scheduling_pb
from markupsafe import Markup

from services.kit.errors import Invalid
from services.kit.ids import parse_id
from services.portal.api.pages import own
from services.portal.api.pages.me import NOTICES
from services.portal.api.pages.visit import ByAttendee
from services.portal.domain.contact import kept_until
from services.portal.domain.language import N_, _
from services.portal.domain.read_model import Suggestion
from services.portal.store import told, words

ANSWERS = {
    "yes": matchmaking_pb.ANSWER_YES,
    "not_now": matchmaking_pb.ANSWER_NOT_NOW,
    "no": matchmaking_pb.ANSWER_NO,
}
EXCLUSIONS = {
    "met": matchmaking_pb.EXCLUSION_REASON_MET,
    "blocked": matchmaking_pb.EXCLUSION_REASON_BLOCKED,
}
OUTCOMES = {"held": scheduling_pb.OUTCOME_HELD, "missed": scheduling_pb.OUTCOME_MISSED}
LATE = ("5", "10", "15")
MARKS = ("energized", "useful", "again")
FOCUS = Markup(' tabindex="-1" autofocus')  # the button that had the focus is gone


async def answer(visit: ByAttendee, suggestion_id: UUID) -> Response:
    """POST /c/{slug}/me/suggestions/{suggestion_id}/answer. What comes back never depends on the others' answers."""
    person = await own.own(visit)
    chosen = visit.value("answer")
    if chosen not in ANSWERS and chosen not in EXCLUSIONS:
        raise Invalid("answer", _("Choose one of the buttons: yes, not now, no, we have met, or never."))
    visit.site.deps.answers.count(str(person.me.id), visit.site.deps.clock())
    suggestion, _before = await own.suggestion(person, suggestion_id)
    pool = visit.site.deps.pool
    if chosen != "yes":
        await words.drop(pool, suggestion.id, person.me.id)
    if chosen in ANSWERS:
        await _answer(person, suggestion, chosen)
    else:
        await _exclude(person, suggestion, chosen)
    if chosen == "yes":  # and is known to: a word stands for a yes
        assert visit.conference
        said = " ".join(visit.value("word", 280).split())
        await words.keep(pool, suggestion.id, person.me.id, said, kept_until(visit.conference))
    if not visit.is_partial:
        return visit.go(f"{person.home}?done={chosen}")
    stays = chosen in ("yes", "not_now")
    view = (await own.suggestion_views(person, [(suggestion, chosen)]))[0] if stays else None
    return visit.page(
        "parts/answered.html", suggestion=view, suggestion_id=suggestion_id, notice=_(NOTICES[chosen]), focus=FOCUS
    )


async def _answer(person: own.Own, suggestion: Suggestion, chosen: str) -> None:
    client = person.visit.site.deps.clients.matchmaking
    request = matchmaking_pb.AnswerSuggestionRequest(
        suggestion_id=str(suggestion.id), attendee_id=str(person.me.id), answer=ANSWERS[chosen]
    )
    await client.call(client.stub.AnswerSuggestion, request, timeout=own.TIMEOUT)


async def _exclude(person: own.Own, suggestion: Suggestion, chosen: str) -> None:
    client = person.visit.site.deps.clients.matchmaking
    others = [other for other in suggestion.attendee_ids if other != person.me.id]
    if len(others) != 1:
        raise Invalid("answer", _("A table is of several people. Answer no, or not now."))
    request = matchmaking_pb.ExcludePairRequest(
        conference_id=str(person.me.conference_id),
        attendee_id=str(person.me.id),
        other_id=str(others[0]),
        reason=EXCLUSIONS[chosen],
    )
    await client.call(client.stub.ExcludePair, request, timeout=own.TIMEOUT)


async def move(visit: ByAttendee, session_id: UUID) -> Response:
    """POST /c/{slug}/me/sessions/{session_id}/move, to one of the offers shown."""
    person = await own.own(visit)
    session = await own.session(person, session_id)
    client = visit.site.deps.clients.scheduling
    request = scheduling_pb.MoveSessionRequest(
        session_id=str(session.id), attendee_id=str(person.me.id), offer=read_offer(visit.value("offer", 200))
    )
    await client.call(client.stub.MoveSession, request, timeout=own.TIMEOUT)
    return visit.go(f"{person.home}?done=moved")


def read_offer(text: str) -> scheduling_pb.Offer:
    """The offer a form sends: place, begin and end; raises Invalid."""
    parts = text.split()
    if len(parts) != 3:
        raise Invalid("offer", _("Choose one of the times first."))
    starts, ends = Timestamp(), Timestamp()
    try:
        starts.FromJsonString(parts[1])
        ends.FromJsonString(parts[2])
    except ValueError:
        raise Invalid("offer", _("That time cannot be read. Load the page again and choose one.")) from None
    during = scheduling_pb2.Interval(starts_at=starts, ends_at=ends)
    return scheduling_pb.Offer(place_id=str(parse_id(parts[0], "offer")), during=during)


async def cancel(visit: ByAttendee, session_id: UUID) -> Response:
    """POST /c/{slug}/me/sessions/{session_id}/cancel; the others hear that, and the word if there is one."""
    person = await own.own(visit)
    session = await own.session(person, session_id)
    client = visit.site.deps.clients.scheduling
    request = scheduling_pb.CancelSessionRequest(
        session_id=str(session.id), attendee_id=str(person.me.id), reason=_word(person, visit.value("word", 200))
    )
    await client.call(client.stub.CancelSession, request, timeout=own.TIMEOUT)
    return visit.go(f"{person.home}?done=cancelled")


def _word(person: own.Own, typed: str) -> str:
    word = " ".join(typed.split())
    return f"{person.me.name}: {word}" if word else N_("Somebody cannot make it.")


async def late(visit: ByAttendee, session_id: UUID) -> Response:
    """POST /c/{slug}/me/sessions/{session_id}/late: so many minutes, shown to the others."""
    person = await own.own(visit)
    session = await own.session(person, session_id)
    if visit.value("minutes") not in LATE:
        raise Invalid("minutes", _("Choose one of the buttons: 5, 10 or 15 minutes."))
    await told.run_late(visit.site.deps.pool, session.id, person.me.id, int(visit.value("minutes")))
    return visit.go(f"{person.home}?done=late")


async def felt(visit: ByAttendee, session_id: UUID) -> Response:
    """POST /c/{slug}/me/sessions/{session_id}/felt: how it was, for oneself."""
    person = await own.own(visit)
    session = await own.session(person, session_id)
    marks = [mark for mark in MARKS if mark in visit.form.get("felt", [])]
    await told.keep(visit.site.deps.pool, session.id, person.me.id, marks, visit.value("note", 1_000))
    if not visit.is_partial:
        return visit.go(f"{person.home}?done=kept")
    view = replace((await own.session_views(person, [session]))[0], kept=True)
    return visit.page("parts/felt.html", session=view, base=f"{person.home}/sessions/{session.id}")


async def outcome(visit: ByAttendee, session_id: UUID) -> Response:
    """POST /c/{slug}/me/sessions/{session_id}/outcome: held or missed."""
    person = await own.own(visit)
    session = await own.session(person, session_id)
    chosen = visit.value("outcome")
    if chosen not in OUTCOMES:
        raise Invalid("outcome", _("Choose one of the buttons: I was there, or it did not happen."))
    client = visit.site.deps.clients.scheduling
    request = scheduling_pb.RecordOutcomeRequest(
        session_id=str(session.id), attendee_id=str(person.me.id), outcome=OUTCOMES[chosen]
    )
    await client.call(client.stub.RecordOutcome, request, timeout=own.TIMEOUT)
    return visit.go(f"{person.home}?done={chosen}")
