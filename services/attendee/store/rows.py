"""Rows of the attendee service's tables as domain values."""

from asyncpg import Record

from services.attendee.domain.attendee import Attendee, Profile, State
from services.attendee.domain.conference import Conference
from services.attendee.domain.source import Source, SourceFigures, SourceHeader, Visibility
from services.attendee.domain.tie import Tie, TieCount

ATTENDEE = "id, conference_id, ticket, name, email, state, interests, formats, budget, version"
SOURCE = "id, conference_id, network, name, visibility, messages, interactions, unresolved, ties, version"
# The counts of a tie `t` as parallel arrays; null without any.
COUNTS = """
    left join lateral (
        select array_agg(source_id order by source_id, kind, month) as source_ids,
               array_agg(kind order by source_id, kind, month) as kinds,
               array_agg(month order by source_id, kind, month) as months,
               array_agg(a_to_b order by source_id, kind, month) as a_to_bs,
               array_agg(b_to_a order by source_id, kind, month) as b_to_as
        from tie_count where tie_id = t.id) c on true
"""


def conference_of(row: Record) -> Conference:
    """From all columns of conference."""
    return Conference(**dict(row))


def attendee_of(row: Record) -> Attendee:
    """From the columns `ATTENDEE`."""
    profile = Profile(tuple(row["interests"]), tuple(row["formats"]), row["budget"])
    known = {name: row[name] for name in ("id", "conference_id", "ticket", "name", "email", "version")}
    return Attendee(**known, state=State(row["state"]), profile=profile)


def source_of(row: Record) -> Source:
    """From the columns `SOURCE`."""
    header = SourceHeader(row["conference_id"], row["network"], row["name"], Visibility(row["visibility"]))
    figures = SourceFigures(row["messages"], row["interactions"], row["unresolved"], row["ties"])
    return Source(row["id"], header, figures, row["version"])


def tie_of(row: Record) -> Tie:
    """From the columns of tie and those of `COUNTS`."""
    columns = (row[name] or () for name in ("source_ids", "kinds", "months", "a_to_bs", "b_to_as"))
    counts = tuple(TieCount(*count) for count in zip(*columns, strict=True))
    return Tie(row["id"], row["conference_id"], row["a"], row["b"], counts, row["version"])
