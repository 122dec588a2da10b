"""The gRPC door: commands and questions, from protobuf to the handlers and back."""

from dataclasses import asdict
from uuid import UUID

from hallway.matchmaking.v1 import service_pb2 as pb
from hallway.matchmaking.v1 import service_pb2_grpc

from services.kit.clock import Clock
from services.kit.db import Connection, Pool
from services.kit.errors import Invalid
from services.kit.ids import new_id, parse_id
from services.kit.rpc import Context, command, question
from services.matchmaking.domain.learning import ENOUGH, GROUP, Learned, Lesson, Signal
from services.matchmaking.domain.preview import Outlook, Preview, check_trial
from services.matchmaking.domain.suggestion import Answer, ExclusionReason, OwnSuggestion, Route
from services.matchmaking.handlers.answer_suggestion import answer_suggestion
from services.matchmaking.handlers.exclude_pair import exclude_pair
from services.matchmaking.handlers.list_offerable import list_offerable
from services.matchmaking.handlers.list_suggestions import list_suggestions
from services.matchmaking.handlers.pause_matching import pause_matching
from services.matchmaking.handlers.seek_company import seek_company
from services.matchmaking.handlers.suggest_pair import suggest_pair
from services.matchmaking.store.facts import FactStore
from services.matchmaking.store.learning import LessonStore
from services.matchmaking.store.matches import MatchStore
from services.matchmaking.store.pauses import PauseStore
from services.matchmaking.store.previews import PreviewStore
from services.matchmaking.store.publish import OutboxPublisher, suggestion_message
from services.matchmaking.store.reads import Reads
from services.matchmaking.store.seeking import SeekingStore
from services.matchmaking.store.solving import SolveQueue
from services.matchmaking.store.write import SuggestionStore

_ANSWERS: dict[int, Answer] = {
    pb.ANSWER_YES: Answer.YES,
    pb.ANSWER_NOT_NOW: Answer.NOT_NOW,
    pb.ANSWER_NO: Answer.NO,
}
_REASONS: dict[int, ExclusionReason] = {
    pb.EXCLUSION_REASON_MET: ExclusionReason.MET,
    pb.EXCLUSION_REASON_BLOCKED: ExclusionReason.BLOCKED,
}


class Api(service_pb2_grpc.MatchmakingServiceServicer):
    """Implements hallway.matchmaking.v1.MatchmakingService."""

    def __init__(self, pool: Pool, clock: Clock, suggestion_hours: float) -> None:
        self._pool = pool
        self._clock = clock
        self._hours = suggestion_hours

    def register(self, server: object) -> None:
        """Adds this service to a gRPC server."""
        service_pb2_grpc.add_MatchmakingServiceServicer_to_server(self, server)

    async def ListSuggestions(self, request: pb.ListSuggestionsRequest, context: Context) -> pb.ListSuggestionsResponse:
        """See service.proto."""

        async def work(tx: Connection) -> pb.ListSuggestionsResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            attendee_id = parse_id(request.attendee_id, "attendee_id")
            listed = await list_suggestions(Reads(tx), conference_id, attendee_id, self._clock())
            return pb.ListSuggestionsResponse(suggestions=[_own(own, attendee_id) for own in listed])

        return await question(self._pool, context, work)

    async def AnswerSuggestion(self, request: pb.AnswerSuggestionRequest, context: Context) -> pb.OwnSuggestion:
        """See service.proto."""

        async def work(tx: Connection) -> pb.OwnSuggestion:
            if request.answer not in _ANSWERS:
                raise Invalid("answer", "answer with yes, not now or no")
            attendee_id = parse_id(request.attendee_id, "attendee_id")
            own = await answer_suggestion(
                SuggestionStore(tx), MatchStore(tx), Reads(tx), OutboxPublisher(tx), SolveQueue(tx),
                parse_id(request.suggestion_id, "suggestion_id"), attendee_id,
                _ANSWERS[request.answer], self._clock(),
            )  # fmt: skip
            return _own(own, attendee_id)

        return await command(self._pool, context, pb.OwnSuggestion, work)

    async def ExcludePair(self, request: pb.ExcludePairRequest, context: Context) -> pb.ExcludePairResponse:
        """See service.proto."""

        async def work(tx: Connection) -> pb.ExcludePairResponse:
            if request.reason not in _REASONS:
                raise Invalid("reason", "give met or blocked as the reason")
            await exclude_pair(
                FactStore(tx), SuggestionStore(tx), SolveQueue(tx),
                parse_id(request.conference_id, "conference_id"), parse_id(request.attendee_id, "attendee_id"),
                parse_id(request.other_id, "other_id"), _REASONS[request.reason],
            )  # fmt: skip
            return pb.ExcludePairResponse()

        return await command(self._pool, context, pb.ExcludePairResponse, work)

    async def ListOfferable(self, request: pb.ListOfferableRequest, context: Context) -> pb.ListOfferableResponse:
        """See service.proto."""

        async def work(tx: Connection) -> pb.ListOfferableResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            attendee_id = parse_id(request.attendee_id, "attendee_id")
            candidates = [parse_id(text, f"candidates[{n}]") for n, text in enumerate(request.candidates)]
            found = await list_offerable(Reads(tx), conference_id, attendee_id, candidates)
            return pb.ListOfferableResponse(attendee_ids=map(str, found))

        return await question(self._pool, context, work)

    async def SuggestPair(self, request: pb.SuggestPairRequest, context: Context) -> pb.SuggestPairResponse:
        """See service.proto."""

        async def work(tx: Connection) -> pb.SuggestPairResponse:
            pair = parse_id(request.attendee_id, "attendee_id"), parse_id(request.other_id, "other_id")
            await suggest_pair(
                FactStore(tx), SuggestionStore(tx), OutboxPublisher(tx), new_id(),
                parse_id(request.conference_id, "conference_id"), pair, self._hours, self._clock(),
            )  # fmt: skip
            return pb.SuggestPairResponse()

        return await command(self._pool, context, pb.SuggestPairResponse, work)

    async def SeekCompany(self, request: pb.SeekCompanyRequest, context: Context) -> pb.SeekCompanyResponse:
        """See service.proto."""

        async def work(tx: Connection) -> pb.SeekCompanyResponse:
            await seek_company(
                Reads(tx), SeekingStore(tx), SuggestionStore(tx), OutboxPublisher(tx), new_id,
                parse_id(request.conference_id, "conference_id"), parse_id(request.attendee_id, "attendee_id"),
                [parse_id(text, f"candidates[{n}]") for n, text in enumerate(request.candidates)], self._clock(),
            )  # fmt: skip
            return pb.SeekCompanyResponse()

        return await command(self._pool, context, pb.SeekCompanyResponse, work)

    async def PauseMatching(self, request: pb.PauseMatchingRequest, context: Context) -> pb.Matching:
        """See service.proto."""

        async def work(tx: Connection) -> pb.Matching:
            conference_id = parse_id(request.conference_id, "conference_id")
            await pause_matching(PauseStore(tx), SolveQueue(tx), conference_id, request.paused)
            return pb.Matching(paused=request.paused)

        return await command(self._pool, context, pb.Matching, work)

    async def GetMatching(self, request: pb.GetMatchingRequest, context: Context) -> pb.Matching:
        """See service.proto."""

        async def work(tx: Connection) -> pb.Matching:
            return pb.Matching(paused=await PauseStore(tx).is_paused(parse_id(request.conference_id, "conference_id")))

        return await question(self._pool, context, work)

    async def RequestSolve(self, request: pb.RequestSolveRequest, context: Context) -> pb.RequestSolveResponse:
        """See service.proto."""

        async def work(tx: Connection) -> pb.RequestSolveResponse:
            await SolveQueue(tx).request([parse_id(request.conference_id, "conference_id")])
            return pb.RequestSolveResponse()

        return await command(self._pool, context, pb.RequestSolveResponse, work)

    async def GetWhatWorked(self, request: pb.GetWhatWorkedRequest, context: Context) -> pb.WhatWorked:
        """See service.proto."""

        async def work(tx: Connection) -> pb.WhatWorked:
            return _worked(await LessonStore(tx).latest(parse_id(request.conference_id, "conference_id")))

        return await question(self._pool, context, work)

    async def RequestPreview(self, request: pb.RequestPreviewRequest, context: Context) -> pb.Preview:
        """See service.proto."""

        async def work(tx: Connection) -> pb.Preview:
            conference_id = parse_id(request.conference_id, "conference_id")
            trial = check_trial(dict(request.weights), request.budget)
            return _preview(await PreviewStore(tx).ask(new_id(), conference_id, trial))

        return await command(self._pool, context, pb.Preview, work, alone=True)

    async def GetPreview(self, request: pb.GetPreviewRequest, context: Context) -> pb.Preview:
        """See service.proto."""

        async def work(tx: Connection) -> pb.Preview:
            id, conference_id = request.preview_id, parse_id(request.conference_id, "conference_id")
            return _preview(await PreviewStore(tx).read(parse_id(id, "preview_id"), conference_id))

        return await question(self._pool, context, work)


def _preview(preview: Preview) -> pb.Preview:
    state = pb.PreviewState.Value(f"PREVIEW_STATE_{preview.state.name}")
    return pb.Preview(id=str(preview.id), state=state, now=_outlook(preview.now), then=_outlook(preview.then))


def _outlook(outlook: Outlook | None) -> pb.Outlook | None:
    return pb.Outlook(**asdict(outlook)) if outlook else None


def _worked(lesson: Lesson | None) -> pb.WhatWorked:
    known = lesson.learned if lesson else Learned()
    groups = lesson.shown if lesson else {}
    signals = [
        pb.SignalWorked(
            signal=signal,
            # Rounded, so that no single outcome moves it by itself.
            weight=0 if signal is Signal.NONE else round(getattr(known, signal), 1),
            outcomes=groups[signal].outcomes if signal in groups else 0,
            sessions=groups[signal].sessions if signal in groups else 0,
        )
        for signal in Signal
    ]
    return pb.WhatWorked(signals=signals, outcomes_needed=ENOUGH, group_size=GROUP)


def _own(own: OwnSuggestion, attendee_id: UUID) -> pb.OwnSuggestion:
    answer = pb.Answer.Value(f"ANSWER_{own.answer.name}") if own.answer else pb.ANSWER_UNSPECIFIED
    message = suggestion_message(own.suggestion)
    del message.ranks[:]  # the other's place may tell of what the other's other people answered
    if own.suggestion.route is Route.TABLE:
        message.attendee_ids[:] = [str(attendee_id)]  # who else comes is told once the table is made
    return pb.OwnSuggestion(suggestion=message, answer=answer, rank=own.rank)
