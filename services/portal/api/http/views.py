"""The JSON that the API answers, out of the portal's values."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.portal.domain.dashboard import Dashboard
from services.portal.domain.read_model import Attendee, Conference, Row, Session, Source, Suggestion
from services.portal.domain.worked import Worked
from services.portal.store.tokens import Listed


def conference(c: Conference) -> dict[str, Any]:
    """A conference; dates local and inclusive."""
    return _without(c, "version")


def attendee(a: Attendee) -> dict[str, Any]:
    """A person as the registration told it, and their state."""
    return _without(a, "version", "conference_id")


def source(s: Source) -> dict[str, Any]:
    """A source and what was counted in it."""
    return _without(s, "version", "conference_id", "state")


def suggestion(s: Suggestion, of: UUID, names: Mapping[UUID, str]) -> dict[str, Any]:
    """A suggestion of one of its people: who, by which route, why, and its place among theirs alone. It has no
    answers; who else is asked to a table is not told."""
    rank = dict(zip(s.attendee_ids, s.ranks, strict=False)).get(of)
    return (
        _without(s, "version", "conference_id", "attendee_ids", "ranks")
        | people([of] if s.route == "table" else s.attendee_ids, names)
        | {"rank": rank}
    )


def session(s: Session, names: Mapping[UUID, str]) -> dict[str, Any]:
    """A session; place and times are null while it has none."""
    place = {"id": s.place_id, "name": s.place_name} if s.place_id else None
    hidden = ("version", "conference_id", "attendee_ids", "place_id", "place_name", "changed_at")
    return _without(s, *hidden) | {"place": place} | people(s.attendee_ids, names)


def people(ids: Sequence[UUID], names: Mapping[UUID, str]) -> dict[str, Any]:
    """The people of a suggestion, tie or session."""
    return {"attendees": [{"id": i, "name": names.get(i, "")} for i in ids]}


def page(name: str, rows: Sequence[Row], items: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    """A page of a list; next is what to give as after, null at the end."""
    return {name: items, "next": rows[-1].id if len(rows) == limit else None}


def dashboard(d: Dashboard) -> dict[str, Any]:
    """The counts, who is left out and why, and the sessions that changed last."""
    left_out = [asdict(person) | {"words": person.words} for person in d.left_out]
    return asdict(d) | {"left_out": left_out}


def worked(w: Worked) -> dict[str, Any]:
    """What worked, by signal; null: not shown."""
    return asdict(w)


def token(t: Listed) -> dict[str, Any]:
    """A token without its secret."""
    return {
        "id": t.token.id,
        "name": t.token.name,
        "scopes": sorted(t.token.scopes),
        "conference_id": t.token.conference_id,
        "created_at": t.created_at,
        "last_used_at": t.last_used_at,
        "revoked_at": t.revoked_at,
    }


def _without(row: Row, *names: str) -> dict[str, Any]:
    return {name: value for name, value in asdict(row).items() if name not in names}
