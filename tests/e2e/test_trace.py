"""One trace from an answer's HTTP request to the last handler, every edge of it, across gRPC, outbox and Kafka."""

from tests.conftest import eventually
from tests.e2e.conftest import Pair, Stack, fine

ANSWER = "hallway.matchmaking.v1.MatchmakingService/AnswerSuggestion"
MATCH_MADE = "hallway.matchmaking.v1.MatchMade"
SCHEDULED = "hallway.scheduling.v1.SessionScheduled"
POST = "POST /api/v1/conferences/{slug}/attendees/{attendee_id}/suggestions/{suggestion_id}/answer"

# (service, span) and its child: what a second yes sets off.
EDGES = {
    (("hallway-portal", POST), ("hallway-portal", "fastapi.endpoint")),
    (("hallway-portal", "fastapi.endpoint"), ("hallway-portal", "AnswerSuggestionRequest")),
    (("hallway-portal", "AnswerSuggestionRequest"), ("hallway-matchmaking", ANSWER)),
    (("hallway-matchmaking", ANSWER), ("hallway-matchmaking", f"publish {MATCH_MADE}")),
    (("hallway-matchmaking", f"publish {MATCH_MADE}"), ("hallway-scheduling", f"process {MATCH_MADE}")),
    (("hallway-matchmaking", f"publish {MATCH_MADE}"), ("hallway-portal", f"process {MATCH_MADE}")),
    (("hallway-scheduling", f"process {MATCH_MADE}"), ("hallway-scheduling", f"publish {SCHEDULED}")),
    (("hallway-scheduling", f"publish {SCHEDULED}"), ("hallway-portal", f"process {SCHEDULED}")),
    (("hallway-scheduling", f"publish {SCHEDULED}"), ("hallway-matchmaking", f"process {SCHEDULED}")),
}


def edges(stack: Stack, trace_id: str) -> set[tuple[tuple[str, str], tuple[str, str]]]:
    spans = stack.collector.trace(trace_id)
    names = {span_id: (service, name) for _, span_id, _, service, name in spans}
    assert len(names) == len(spans), "a span was exported twice"
    return {(names[parent], names[span_id]) for _, span_id, parent, _, _ in spans if parent in names}


async def test_an_answer_and_all_it_sets_off_are_one_trace(stack: Stack, pair: Pair) -> None:
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    at = f"/conferences/{pair.slug}/attendees"
    async with stack.api() as api:
        first = f"{at}/{pair.first}/suggestions/{pair.suggestion}/answer"
        fine(await api.post(first, json={"answer": "yes"}))
        second = f"{at}/{pair.second}/suggestions/{pair.suggestion}/answer"
        headers = {"traceparent": f"00-{trace_id}-b7ad6b7169203331-01"}
        fine(await api.post(second, json={"answer": "yes"}, headers=headers))

    async def all_there() -> bool:
        return edges(stack, trace_id) >= EDGES

    try:
        await eventually(all_there)
    except TimeoutError:
        assert edges(stack, trace_id) == EDGES
