"""An attendee's profile: joining in three short steps, changing it all later, and pausing."""

from typing import Any

from fastapi import Response
from hallway.attendee.v1 import service_pb2 as attendee_pb

from services.kit.errors import Invalid, NotFound
from services.portal.api.pages import own, times
from services.portal.api.pages.me import NOTICES
from services.portal.api.pages.visit import ByAttendee
from services.portal.domain.language import N_, _
from services.portal.domain.words import FORMAT_NAMES

STEPS = (N_("Where you talk"), N_("What you come for"), N_("How many, and when"))
FIELDS = ({"handles"}, {"interests", "formats"}, {"budget"})  # of each step


async def join(visit: ByAttendee) -> Response:
    """POST /c/{slug}/me/join: says yes to networking, or comes back from a pause."""
    person = await own.own(visit)
    client = visit.site.deps.clients.attendee
    request = attendee_pb.JoinAttendeesRequest(
        conference_id=str(person.me.conference_id), attendee_ids=[str(person.me.id)]
    )
    await client.call(client.stub.JoinAttendees, request, timeout=own.TIMEOUT)
    first_time = person.me.state == "registered"
    return visit.go(f"{person.home}/steps/1?done=joined" if first_time else f"{person.home}?done=back")


async def pause(visit: ByAttendee) -> Response:
    """POST /c/{slug}/me/pause."""
    person = await own.own(visit)
    client = visit.site.deps.clients.attendee
    request = attendee_pb.PauseAttendeeRequest(attendee_id=str(person.me.id))
    await client.call(client.stub.PauseAttendee, request, timeout=own.TIMEOUT)
    return visit.go(f"{person.home}?done=paused")


async def step(visit: ByAttendee, number: int, done: str = "") -> Response:
    """GET /c/{slug}/me/steps/{number}: one of three, each of which can be skipped."""
    _check_step(number)
    person = await own.own(visit)
    told = await times.known(person) if number == len(STEPS) else None
    return _form(person, known(person), told, [], _(NOTICES.get(done, "")), number)


async def save_step(visit: ByAttendee, number: int) -> Response:
    """POST /c/{slug}/me/steps/{number}: what this step asks is changed, the rest stays."""
    _check_step(number)
    person = await own.own(visit)
    asked = {name: value for name, value in _typed(visit).items() if name in FIELDS[number - 1]}
    wanted = known(person) | asked
    told, problems = await _save_all(person, wanted)
    if problems:
        return _form(person, wanted, told, problems, "", number)
    return visit.go(f"{person.home}/steps/{number + 1}" if number < len(STEPS) else f"{person.home}?done=saved")


def _check_step(number: int) -> None:
    if not 1 <= number <= len(STEPS):
        raise NotFound("step", number)


async def profile(visit: ByAttendee, done: str = "") -> Response:
    """GET /c/{slug}/me/profile."""
    person = await own.own(visit)
    return _form(person, known(person), await times.known(person), [], _(NOTICES.get(done, "")))


async def save_profile(visit: ByAttendee) -> Response:
    """POST /c/{slug}/me/profile; what cannot be taken is shown again with the reason."""
    person, typed = await own.own(visit), _typed(visit)
    told, problems = await _save_all(person, typed)
    if problems:
        return _form(person, typed, told, problems, "")
    return visit.go(f"{person.home}/profile?done=saved")


def known(person: own.Own) -> dict[str, Any]:
    """The profile as it is."""
    return {
        "interests": person.me.interests,
        "formats": person.me.formats,
        "budget": person.me.attention_budget,
        "handles": person.handles,
    }


def _typed(visit: ByAttendee) -> dict[str, Any]:
    return {
        "interests": [word.strip().lower() for word in visit.value("interests", 1_000).split(",") if word.strip()],
        "formats": [f for f in visit.form.get("formats", []) if f in FORMAT_NAMES],
        "budget": visit.value("budget", 3),
        "handles": [line.strip() for line in visit.value("handles").splitlines() if line.strip()],
    }


async def _save_all(person: own.Own, wanted: dict[str, Any]) -> tuple[times.Times | None, list[str]]:
    """Times as typed if the form asked for them, and what is wrong, in words; nothing when all is saved."""
    before = await times.known(person) if person.visit.value("times_shown") else None
    told = times.typed(person.visit, before) if before else None
    problems = await times.save(person, told, before) if told and before else []
    return told, problems or await _save(person, wanted)


async def _save(person: own.Own, wanted: dict[str, Any]) -> list[str]:
    """What is wrong with it, in words; nothing when it is saved."""
    budget = str(wanted["budget"])
    if not budget.isascii() or not budget.isdigit():
        return [_("How many at a time: write a number, such as 3.")]
    client = person.visit.site.deps.clients.attendee
    request = attendee_pb.UpdateProfileRequest(
        attendee_id=str(person.me.id),
        interests=wanted["interests"],
        formats=wanted["formats"],
        attention_budget=int(budget),
        handles=wanted["handles"],
    )
    try:
        await client.call(client.stub.UpdateProfile, request, timeout=own.TIMEOUT)
    except Invalid as error:
        return [problem.message for problem in error.problems] or [error.message]
    return []


def _form(
    person: own.Own, shown: dict[str, Any], told: times.Times | None, problems: list[str], notice: str, number: int = 0
) -> Response:
    """The whole profile, or one step of it; without times where they are not asked or not known."""
    return person.visit.page(
        "steps.html" if number else "profile.html", 422 if problems else 200,
        page="me" if number else "me/profile", me=person.me, profile=shown, times=told, problems=problems,
        formats=[(value, _(text)) for value, text in FORMAT_NAMES.items()], step=number, steps=list(map(_, STEPS)),
        notice=notice, mails_url=f"/unsubscribe/{person.visit.site.deps.signer.unsubscribe_token(person.me.id)}",
    )  # fmt: skip
