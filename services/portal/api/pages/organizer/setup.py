"""Setting a conference up: what there is, the plan's freeze, formats, talks, and other weights tried out."""

from typing import Any
from uuid import UUID

from fastapi import Response
from hallway.matchmaking.v1 import service_pb2 as matchmaking_pb
from hallway.scheduling.v1 import scheduling_pb2
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.kit.errors import Conflict, Invalid
from services.kit.ids import new_id
from services.portal.api import events as convert
from services.portal.api import venue
from services.portal.api.acting import TIMEOUT
from services.portal.api.pages.organizer import people
from services.portal.api.pages.organizer.people import SessionLine
from services.portal.api.pages.visit import BySetUp, Visit
from services.portal.domain.language import N_, _
from services.portal.domain.words import FORMAT_NAMES

DONE = {
    "frozen": N_("The plan stays as it is. Nothing new gets a place, and only organizers move sessions."),
    "open": N_("The plan goes on. What waits gets its place."),
    "saved": N_("The formats are changed."),
}
FORMAT_FIELDS = (
    ("opens", N_("From"), "09:00"),
    ("closes", N_("To"), "18:00"),
    ("minutes", N_("Minutes"), "30"),
    ("notice", N_("Notice"), "30"),
    ("people", N_("People"), "4"),
)
NUMBERS = ("minutes", "notice", "people")
SIGNALS = (
    ("messages", N_("How much two have written to each other")),
    ("contacts", N_("People both talk with")),
    ("traits", N_("Interests both named")),
    ("walks", N_("Being close in the whole community")),
)


async def setup(visit: BySetUp, done: str = "") -> Response:
    """GET /c/{slug}/setup."""
    assert visit.conference
    now = await venue.read(visit.site.deps.clients, visit.conference.id)
    return visit.page("organizer/setup.html", page="setup", venue=now, notice=_(DONE.get(done, "")))


async def plan(visit: BySetUp) -> Response:
    """POST /c/{slug}/setup/plan: frozen, or on again."""
    assert visit.conference
    frozen, client = visit.value("frozen") == "yes", visit.site.deps.clients.scheduling
    request = scheduling_pb.FreezePlanRequest(conference_id=str(visit.conference.id), frozen=frozen)
    await client.call(client.stub.FreezePlan, request, request_id=str(new_id()), timeout=TIMEOUT)
    return visit.go(f"/c/{visit.conference.slug}/setup?done={'frozen' if frozen else 'open'}")


async def formats(visit: BySetUp, done: str = "") -> Response:
    """GET /c/{slug}/setup/formats."""
    assert visit.conference
    client = visit.site.deps.clients.scheduling
    request = scheduling_pb.GetFormatsRequest(conference_id=str(visit.conference.id))
    reply = await client.call(client.stub.GetFormats, request, timeout=TIMEOUT)
    shown = {
        f.name: {name: str(getattr(f, name)) for name, _label, _example in FORMAT_FIELDS} | {"best": ", ".join(f.best)}
        for f in reply.formats
    }
    return _formats(visit, shown, {}, notice=_(DONE.get(done, "")))


async def save_formats(visit: BySetUp, preview: bool = False) -> Response:
    """POST /c/{slug}/setup/formats; with ?preview it says which agreed sessions lie outside of the new hours."""
    assert visit.conference
    typed = {
        name: {field: visit.value(f"{name}-{field}", 200) for field in ("opens", "closes", *NUMBERS, "best")}
        for name in FORMAT_NAMES
    }
    problems = {
        f"{name}-{field}": _("Write a number, such as %(example)s.") % {"example": example}
        for name in FORMAT_NAMES
        for field, _label, example in FORMAT_FIELDS
        if field in NUMBERS and not (typed[name][field].isascii() and typed[name][field].isdigit())
    }
    if problems:
        return _formats(visit, typed, problems)
    client = visit.site.deps.clients.scheduling
    request = scheduling_pb.SetFormatsRequest(
        conference_id=str(visit.conference.id), preview=preview,
        formats=[_format(name, typed[name]) for name in FORMAT_NAMES],
    )  # fmt: skip
    try:
        reply = await client.call(client.stub.SetFormats, request, request_id=str(new_id()), timeout=venue.SECONDS)
    except (Invalid, Conflict) as error:
        found = {_where(p.field): p.message for p in error.problems} or {"": error.message}
        return _formats(visit, typed, found)
    if preview:
        now = visit.site.deps.clock()
        would = await people.lines(visit, [convert.session(s, 0, now) for s in reply.sessions])
        return _formats(visit, typed, {}, would=would)
    return visit.go(f"/c/{visit.conference.slug}/setup/formats?done=saved")


def _format(name: str, typed: dict[str, str]) -> scheduling_pb2.Format:
    best = [part.strip() for part in typed["best"].split(",") if part.strip()]
    numbers = {field: min(int(typed[field][:9]), 100_000) for field in NUMBERS}
    return scheduling_pb2.Format(name=name, opens=typed["opens"], closes=typed["closes"], best=best, **numbers)


def _where(field: str) -> str:
    """formats[2].minutes is the form's field walk-minutes, say; what is about none stands above."""
    name, _dot, part = field.removeprefix("formats[").partition("].")
    names = list(FORMAT_NAMES)
    return f"{names[int(name)]}-{part.partition('[')[0]}" if name.isdigit() and int(name) < len(names) else ""


def _formats(
    visit: Visit,
    shown: dict[str, dict[str, str]],
    problems: dict[str, str],
    notice: str = "",
    would: list[SessionLine] | None = None,
) -> Response:
    return visit.page(
        "organizer/formats.html", 422 if problems else 200, page="setup", shown=shown, problems=problems,
        notice=notice, would=would, names={name: _(text) for name, text in FORMAT_NAMES.items()},
        fields=[(name, _(label)) for name, label, _example in FORMAT_FIELDS],
    )  # fmt: skip


async def weights(visit: BySetUp, found: UUID | None = None) -> Response:
    """GET /c/{slug}/setup/weights, with what was found by a try."""
    return await _weights(visit, {}, found)


async def try_weights(visit: BySetUp) -> Response:
    """POST /c/{slug}/setup/weights?preview=true: a worker tries it; nobody is suggested anything."""
    assert visit.conference
    asked, problems = {}, {}
    for name, _words in SIGNALS:
        try:
            asked[name] = float(visit.value(name, 10) or 0)
            if asked[name] and not 0.25 <= asked[name] <= 4:
                raise ValueError
        except ValueError:
            problems[name] = _("A number from 0.25 to 4, or nothing.")
    budget = visit.value("budget", 3) or "0"
    if not (budget.isascii() and budget.isdigit() and int(budget) <= 20):
        problems["budget"] = _("A number from 1 to 20, or nothing.")
    if problems:
        return await _weights(visit, problems, None)
    client = visit.site.deps.clients.matchmaking
    request = matchmaking_pb.RequestPreviewRequest(
        conference_id=str(visit.conference.id), budget=int(budget),
        weights={name: value for name, value in asked.items() if value},
    )  # fmt: skip
    reply = await client.call(client.stub.RequestPreview, request, request_id=str(new_id()), timeout=TIMEOUT)
    return visit.go(f"/c/{visit.conference.slug}/setup/weights?found={reply.id}")


async def _weights(visit: Visit, problems: dict[str, str], found: UUID | None) -> Response:
    assert visit.conference
    preview: Any = None
    if found:
        client = visit.site.deps.clients.matchmaking
        request = matchmaking_pb.GetPreviewRequest(conference_id=str(visit.conference.id), preview_id=str(found))
        preview = await client.call(client.stub.GetPreview, request, timeout=TIMEOUT)
    return visit.page(
        "organizer/weights.html", 422 if problems else 200, page="setup", problems=problems,
        signals=[(name, _(text)) for name, text in SIGNALS],
        typed={name: visit.value(name, 10) for name in (*(name for name, _text in SIGNALS), "budget")},
        state=convert.name_of(matchmaking_pb.PreviewState, preview.state) if preview else "", preview=preview,
    )  # fmt: skip
