"""Sources: import online conversation, list what was imported, withdraw it."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from hallway.attendee.v1 import attendee_pb2, service_pb2

from services.kit.errors import HallwayError, NotFound
from services.kit.ids import parse_id
from services.portal.api import events as convert
from services.portal.api.http import views
from services.portal.api.http.call import Call, Importer, Reader
from services.portal.api.http.upload import Upload

router = APIRouter(prefix="/conferences/{slug}/sources", tags=["sources"])
SECONDS = 3_600.0  # an import of half a gigabyte over a slow line
_FILES = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}


@router.post("", status_code=201, openapi_extra=_FILES)
async def import_source(
    call: Importer,
    slug: str,
    request: Request,
    network: Annotated[str, Query(max_length=40, examples=["irc", "mbox"])],
    name: Annotated[str, Query(min_length=1, max_length=200)],
    visibility: Literal["public", "private"],
) -> dict[str, Any]:
    """Counts who answers whom in chat logs or mail archives; nothing of the text is kept."""
    header = service_pb2.ImportSourceHeader(
        conference_id=str(call.conference.id),
        network=network,
        name=name,
        visibility=attendee_pb2.Visibility.Value(f"VISIBILITY_{visibility.upper()}"),
    )
    source = await _send(call, Upload(request, header))
    return views.source(convert.source(source, 0, "imported"))


async def _send(call: Call, upload: Upload) -> attendee_pb2.Source:
    client = call.deps.clients.attendee
    try:
        reply: attendee_pb2.Source = await call.command(
            client, client.stub.ImportSource, upload.messages(), timeout=SECONDS, tries=1
        )
        return reply
    except (HallwayError, asyncio.CancelledError):
        if upload.error is not None:  # gRPC cancels a call whose messages end in an error
            raise upload.error from None
        raise


@router.get("")
async def list_sources(call: Reader, slug: str) -> dict[str, Any]:
    """What was imported, a moment ago too, and how much of it is between attendees."""
    client = call.deps.clients.attendee
    reply = await client.call(
        client.stub.ListSources, service_pb2.ListSourcesRequest(conference_id=str(call.conference.id))
    )
    return {"sources": [views.source(convert.source(s, 0, "imported")) for s in reply.sources]}


@router.delete("/{source_id}", status_code=204)
async def withdraw_source(call: Importer, slug: str, source_id: str) -> None:
    """Removes a source with every tie, suggestion and reason that rests on it."""
    wanted, client = parse_id(source_id, "source"), call.deps.clients.attendee
    request = service_pb2.ListSourcesRequest(conference_id=str(call.conference.id))
    reply = await client.call(client.stub.ListSources, request)
    if str(wanted) not in {s.id for s in reply.sources}:
        raise NotFound("source", wanted)
    await call.command(client, client.stub.WithdrawSource, service_pb2.WithdrawSourceRequest(source_id=str(wanted)))
