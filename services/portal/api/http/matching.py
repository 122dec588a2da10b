"""How suggestions are made at a conference: what worked here, and what would be suggested otherwise."""

from typing import Any

from fastapi import APIRouter
from hallway.matchmaking.v1 import service_pb2

from services.kit.ids import parse_id
from services.portal.api import events as convert
from services.portal.api.http import bodies, views
from services.portal.api.http.call import Programmer, Reader
from services.portal.api.worked import what_worked

router = APIRouter(prefix="/conferences/{slug}", tags=["matching"])


@router.get("/what-worked")
async def get_what_worked(call: Reader, slug: str) -> dict[str, Any]:
    """How much each signal counts here, learned from what became of suggestions; counts of groups, none of few people.

    weight 1: as reasoned before anything was learned. outcomes and sessions are null where they would tell of too few.
    """
    return views.worked(await what_worked(call.deps.clients, call.conference.id))


@router.post("/previews", status_code=202)
async def request_preview(call: Programmer, slug: str, body: bodies.Preview) -> dict[str, Any]:
    """Tries out other weights or budgets; a worker does it, and nobody is suggested anything. Ask again with the id."""
    client = call.deps.clients.matchmaking
    request = service_pb2.RequestPreviewRequest(
        conference_id=str(call.conference.id),
        weights=body.weights.model_dump(exclude_defaults=True),
        budget=body.budget,
    )
    return _shown(await call.command(client, client.stub.RequestPreview, request))


@router.get("/previews/{preview_id}")
async def get_preview(call: Reader, slug: str, preview_id: str) -> dict[str, Any]:
    """What was found, once it is done: counts, with what counts at present and as asked for. Kept for a day.

    It is as if nobody had been suggested anything, answered or excluded anybody: no count tells of an answer.
    """
    client = call.deps.clients.matchmaking
    id = str(parse_id(preview_id, "preview"))
    request = service_pb2.GetPreviewRequest(conference_id=str(call.conference.id), preview_id=id)
    return _shown(await client.call(client.stub.GetPreview, request))


def _shown(preview: service_pb2.Preview) -> dict[str, Any]:
    done = preview.state == service_pb2.PREVIEW_STATE_DONE
    return {
        "id": preview.id,
        "state": convert.name_of(service_pb2.PreviewState, preview.state),
        "now": _outlook(preview.now) if done else None,
        "then": _outlook(preview.then) if done else None,
    }


def _outlook(outlook: service_pb2.Outlook) -> dict[str, Any]:
    counts = {"people": outlook.people, "reached": outlook.reached, "most": outlook.most}
    return counts | {"by_route": dict(sorted(outlook.by_route.items()))}
