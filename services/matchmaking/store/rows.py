"""Domain values from and to PostgreSQL rows."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from uuid import UUID

from asyncpg import Record

from services.matchmaking.domain.facts import TieCount
from services.matchmaking.domain.suggestion import (
    Evidence,
    Match,
    MatchState,
    Route,
    Suggestion,
    SuggestionState,
)

SUGGESTION = (
    "s.id, s.conference_id, s.attendee_ids, s.route, s.evidence::text as evidence, s.format, s.weight, s.state,"
    " s.expires_at, s.version, s.ranks"
)
MATCH = (
    "s.id, s.conference_id, match.attendee_ids, s.evidence::text as evidence, s.format,"
    " match.state as match_state, match.version as match_version"
)
_ENCODE = json.JSONEncoder(default=str).encode


def suggestion(row: Record) -> Suggestion:
    """From a row of SUGGESTION columns."""
    return Suggestion(
        id=row["id"],
        conference_id=row["conference_id"],
        attendee_ids=tuple(row["attendee_ids"]),
        route=Route(row["route"]),
        evidence=evidence(row["evidence"]),
        format=row["format"],
        weight=row["weight"],
        state=SuggestionState(row["state"]),
        expires_at=row["expires_at"],
        version=row["version"],
        ranks=tuple(row["ranks"]),
    )


def match(row: Record) -> Match:
    """From a row of MATCH columns."""
    return Match(
        id=row["id"],
        conference_id=row["conference_id"],
        attendee_ids=tuple(row["attendee_ids"]),
        evidence=evidence(row["evidence"]),
        format=row["format"],
        state=MatchState(row["match_state"]),
        version=row["match_version"],
    )


def evidence(text: str) -> tuple[Evidence, ...]:
    """From its JSON."""
    return tuple(
        Evidence(**{**fields, "source_id": fields["source_id"] and UUID(fields["source_id"])})
        for fields in json.loads(text)
    )


def evidence_json(reasons: Iterable[Evidence]) -> str:
    """To JSON: a list of objects."""
    return json.dumps([asdict(reason) for reason in reasons], default=str)


def counts(text: str) -> tuple[TieCount, ...]:
    """A tie's counts from their JSON."""
    return tuple(
        TieCount(UUID(source), kind, month, there, back) for source, kind, month, there, back in json.loads(text)
    )


def counts_json(tie_counts: tuple[TieCount, ...]) -> str:
    """A tie's counts to JSON: a list of lists."""
    return _ENCODE(tie_counts)
