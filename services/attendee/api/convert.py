"""Requests as domain values; raises Invalid for ids that are none."""

from collections.abc import Sequence
from uuid import UUID

from hallway.attendee.v1 import attendee_pb2 as pb
from hallway.attendee.v1 import service_pb2 as rpc

from services.attendee.domain.attendee import Claim
from services.attendee.domain.conference import ConferencePlan
from services.attendee.domain.source import SourceHeader, Visibility, read_header
from services.attendee.domain.text import Problems
from services.attendee.domain.tie import PairCount
from services.attendee.handlers.update_profile import NewProfile
from services.attendee.store.publish import VISIBILITIES
from services.attendee.store.reads import FROM_START
from services.kit.errors import Invalid
from services.kit.ids import parse_id

MOST_ON_A_PAGE = 1_000
_VISIBILITIES: dict["pb.Visibility.ValueType", Visibility] = {message: value for value, message in VISIBILITIES.items()}


def plan_of(request: rpc.CreateConferenceRequest) -> ConferencePlan:
    """A conference as asked for."""
    return ConferencePlan(
        request.slug, request.name, request.time_zone, request.starts_on, request.ends_on, request.series
    )


def claims_of(request: rpc.RegisterAttendeesRequest) -> list[Claim]:
    """Registrations as sent."""
    return [
        Claim(r.ticket, r.name, r.email, tuple(r.handles), tuple(r.interests), tuple(r.formats),
              r.attention_budget, r.joined)
        for r in request.registrations
    ]  # fmt: skip


def profile_of(request: rpc.UpdateProfileRequest) -> NewProfile:
    """A profile as sent."""
    return NewProfile(
        tuple(request.interests), tuple(request.formats), request.attention_budget, tuple(request.handles)
    )


def header_of(conference_id: str, network: str, name: str, visibility: "pb.Visibility.ValueType") -> SourceHeader:
    """Which source is meant."""
    return read_header(parse_id(conference_id, "conference_id"), network, name, _VISIBILITIES.get(visibility))


def counts_of(request: rpc.RecordInteractionsRequest) -> list[PairCount]:
    """Counts made by somebody else; ids that are none are reported together."""
    problems, counts = Problems(), []
    for problems.row, c in enumerate(request.counts):
        try:
            actor, target = parse_id(c.actor_id, "actor_id"), parse_id(c.target_id, "target_id")
            counts.append(PairCount(actor, target, c.kind, c.month, c.count))
        except Invalid as error:
            problems.add(error.problems[0].field, error.message)
    if problems.found:
        raise Invalid.all(problems.found)
    return counts


def ids_of(texts: Sequence[str], field: str) -> list[UUID]:
    """Ids in order; those that are none are reported together."""
    problems, ids = Problems(), []
    for problems.row, text in enumerate(texts):
        try:
            ids.append(parse_id(text, field))
        except Invalid as error:
            problems.add(field, error.message)
    if problems.found:
        raise Invalid.all(problems.found)
    return ids


def page_of(after: str, limit: int) -> tuple[UUID, int]:
    """Where a page begins, and its size; 0 is the largest."""
    if limit > MOST_ON_A_PAGE:
        raise Invalid("limit", f"limit {limit} is too large; a page has at most {MOST_ON_A_PAGE}")
    return parse_id(after, "after") if after else FROM_START, limit or MOST_ON_A_PAGE
