"""Exchanging contact details after a session of two. Until one has given theirs, no page says what the other did."""

from uuid import UUID

from fastapi import Response

from services.kit.errors import NotFound
from services.portal.api.pages import own
from services.portal.api.pages.visit import ByAttendee
from services.portal.api.vcard import vcard
from services.portal.domain.contact import Details, kept_until, problems
from services.portal.domain.language import N_, _
from services.portal.domain.read_model import Session
from services.portal.store import contacts, reads

# What a form leads to; the query carries only the key.
NOTICES = {
    "back": N_("Taken back. Nobody has seen them."),
    "seen": N_("They cannot be taken back any more: you both gave your details."),
}


async def contact(visit: ByAttendee, session_id: UUID, done: str = "") -> Response:
    """GET /c/{slug}/me/sessions/{session_id}/contact."""
    person = await own.own(visit)
    session = await _session(person, session_id)
    return await _page(person, session, Details(person.me.email), {}, _(NOTICES.get(done, "")))


async def give(visit: ByAttendee, session_id: UUID) -> Response:
    """POST /c/{slug}/me/sessions/{session_id}/contact; what cannot be taken is shown again with the reason."""
    person = await own.own(visit)
    session = await _session(person, session_id)
    assert visit.conference
    typed = Details(visit.value("email"), visit.value("phone"), visit.value("web"))
    wrong = problems(typed)
    if wrong:
        return await _page(person, session, typed, wrong)
    deps = visit.site.deps
    await contacts.give(
        deps.pool, session.id, person.me.id, typed, deps.clock(), kept_until(visit.conference)
    )  # fmt: skip
    return visit.go(_path(person, session))


async def take_back(visit: ByAttendee, session_id: UUID) -> Response:
    """POST /c/{slug}/me/sessions/{session_id}/contact/back."""
    person = await own.own(visit)
    session = await _session(person, session_id)
    taken = await contacts.take_back(visit.site.deps.pool, session.id, person.me.id)
    return visit.go(f"{_path(person, session)}?done={'back' if taken else 'seen'}")


async def card(visit: ByAttendee, session_id: UUID) -> Response:
    """GET /c/{slug}/me/sessions/{session_id}/contact.vcf: the other's details, once both gave theirs."""
    person = await own.own(visit)
    session = await _session(person, session_id)
    other, names = _other(person, session), await reads.names(visit.site.deps.pool, session.attendee_ids)
    details = (await _seen(person, session)).get(other)
    if details is None or other not in names:
        raise NotFound("contact", session_id)
    headers = {"Content-Disposition": 'attachment; filename="contact.vcf"'}
    return Response(vcard(names[other], details), media_type="text/vcard; charset=utf-8", headers=headers)


async def _page(person: own.Own, session: Session, typed: Details, wrong: dict[str, str], notice: str = "") -> Response:
    seen = await _seen(person, session)
    view = (await own.session_views(person, [session]))[0]
    return person.visit.page(
        "contact.html", 422 if wrong else 200, page="me", me=person.me, session=view, notice=notice, problems=wrong,
        typed=typed, mine=seen.get(person.me.id), theirs=seen.get(_other(person, session)),
    )  # fmt: skip


async def _session(person: own.Own, session_id: UUID) -> Session:
    """One of this person's, of which details can be exchanged; raises NotFound."""
    session = await own.session(person, session_id)
    if not own.contact_state(person, session, 0):
        raise NotFound("contact", session_id)
    return session


async def _seen(person: own.Own, session: Session) -> dict[UUID, Details]:
    deps = person.visit.site.deps
    return (await contacts.seen(deps.pool, [session.id], person.me.id, deps.clock())).get(session.id, {})


def _other(person: own.Own, session: Session) -> UUID:
    return next(i for i in session.attendee_ids if i != person.me.id)


def _path(person: own.Own, session: Session) -> str:
    return f"{person.home}/sessions/{session.id}/contact"
