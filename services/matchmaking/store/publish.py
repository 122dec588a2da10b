"""Turns suggestions and matches into the events that tell of them, and hands these to the outbox."""

from collections.abc import Sequence

from hallway.matchmaking.v1 import events_pb2 as events
from hallway.matchmaking.v1 import matchmaking_pb2 as pb

from services.kit import outbox
from services.kit.db import Connection
from services.kit.outbox import Outgoing
from services.matchmaking.domain.suggestion import Evidence, Match, MatchState, Suggestion, SuggestionState

# A matched suggestion is told of as a match.
_SUGGESTION_EVENTS = {
    SuggestionState.OPEN: events.SuggestionMade,
    SuggestionState.WITHDRAWN: events.SuggestionWithdrawn,
    SuggestionState.EXPIRED: events.SuggestionExpired,
}
# A match that is over is told of by its session.
_MATCH_EVENTS = {MatchState.MADE: events.MatchMade, MatchState.CANCELLED: events.MatchCancelled}


class OutboxPublisher:
    """Implements ports.Publisher."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    async def suggestions(self, changed: Sequence[Suggestion], cause: str | None = None) -> None:
        """SuggestionMade, SuggestionWithdrawn or SuggestionExpired, after each one's state."""
        await self._append(
            [
                Outgoing(str(s.id), _SUGGESTION_EVENTS[s.state](suggestion=suggestion_message(s)), s.version, cause)
                for s in changed
            ]
        )

    async def matches(self, changed: Sequence[Match], cause: str | None = None) -> None:
        """MatchMade or MatchCancelled, after each one's state."""
        await self._append(
            [Outgoing(str(m.id), _MATCH_EVENTS[m.state](match=match_message(m)), m.version, cause) for m in changed]
        )

    async def _append(self, outgoing: Sequence[Outgoing]) -> None:
        await outbox.append(self._tx, outgoing)


def suggestion_message(suggestion: Suggestion) -> pb.Suggestion:
    """What everybody may know of a suggestion: no answer, no weight."""
    message = pb.Suggestion(
        id=str(suggestion.id),
        conference_id=str(suggestion.conference_id),
        attendee_ids=[str(id) for id in suggestion.attendee_ids],
        route=pb.Route.Value(f"ROUTE_{suggestion.route.name}"),
        evidence=[_evidence(reason) for reason in suggestion.evidence],
        format=suggestion.format,
        state=pb.SuggestionState.Value(f"SUGGESTION_STATE_{suggestion.state.name}"),
        ranks=suggestion.ranks,
        size=len(suggestion.attendee_ids),
    )
    message.expires_at.FromDatetime(suggestion.expires_at)
    return message


def match_message(match: Match) -> pb.Match:
    """A match as everybody may know it."""
    return pb.Match(
        id=str(match.id),
        conference_id=str(match.conference_id),
        attendee_ids=[str(id) for id in match.attendee_ids],
        evidence=[_evidence(reason) for reason in match.evidence],
        format=match.format,
        state=pb.MatchState.Value(f"MATCH_STATE_{match.state.name}"),
    )


def _evidence(reason: Evidence) -> pb.Evidence:
    return pb.Evidence(
        source_name=reason.source_name,
        kind=reason.kind,
        first_to_second=reason.first_to_second,
        second_to_first=reason.second_to_first,
        first_month=reason.first_month,
        last_month=reason.last_month,
        interest=reason.interest,
        source_id=str(reason.source_id or ""),
    )
