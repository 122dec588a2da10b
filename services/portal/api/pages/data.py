"""What is stored about an attendee, from which source, for them alone to see and take along."""

import json
from typing import Any
from uuid import UUID

from fastapi import Response
from hallway.attendee.v1 import attendee_pb2
from hallway.attendee.v1 import service_pb2 as attendee_pb

from services.portal.api.pages import own, profile
from services.portal.api.pages.visit import ByAttendee
from services.portal.domain.language import _
from services.portal.store import own_data

MOST_TIES = 1_000  # of one question
MOST_PAGES = 20
_NOTHING = {"from_me": 0, "to_me": 0}


async def data(visit: ByAttendee, done: str = "") -> Response:
    """GET /c/{slug}/me/data."""
    person = await own.own(visit)
    found = await sources(person)
    notice = _("Withdrawn. It counts nothing of you any more, and never will here.") if done == "withdrawn" else ""
    kept = await own_data.kept(visit.site.deps.pool, person.me.id)
    return visit.page(
        "data.html",
        page="me/data",
        me=person.me,
        profile=profile.known(person),
        sources=found,
        kept=kept,
        notice=notice,
    )


async def export(visit: ByAttendee) -> Response:
    """GET /c/{slug}/me/data.json: all of it, in one file."""
    person = await own.own(visit)
    me = person.me
    content = {
        "registration": {"name": me.name, "email": me.email, "ticket": me.ticket, "state": me.state},
        "profile": profile.known(person),
        "sources": await sources(person),
        "answers": [
            {"suggestion": suggestion.id, "answer": answer or None, "route": suggestion.route}
            for suggestion, answer in await own.suggestions(person, hide_no=False)
        ],
        "sessions": [
            {"session": s.id, "state": s.state, "format": s.format, "place": s.place_name, "starts": s.starts_at}
            for s in await own.sessions(person)
        ],
        **(await own_data.kept(visit.site.deps.pool, me.id)),
    }
    text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
    headers = {"Content-Disposition": 'attachment; filename="hallway-my-data.json"'}
    return Response(text, media_type="application/json", headers=headers)


async def sources(person: own.Own) -> list[dict[str, Any]]:
    """Each source with what it counted of this person, or that they withdrew from. With whom stays out: not everybody
    here has joined."""
    counted: dict[str, dict[str, Any]] = {source: dict(_NOTHING, people=set()) for source in person.refused}
    for tie in await _ties(person):
        mine_first = tie.a == str(person.me.id)
        for count in tie.counts:
            ways = (count.a_to_b, count.b_to_a)
            source = counted.setdefault(count.source_id, dict(_NOTHING, people=set()))
            source["from_me"] += ways[0] if mine_first else ways[1]
            source["to_me"] += ways[1] if mine_first else ways[0]
            source["people"].add(tie.b if mine_first else tie.a)
    client = person.visit.site.deps.clients.attendee
    listed = await client.call(
        client.stub.ListSources, attendee_pb.ListSourcesRequest(conference_id=str(person.me.conference_id)),
        timeout=own.TIMEOUT,
    )  # fmt: skip
    return [
        {
            "id": UUID(source.id),
            "name": source.name,
            "network": source.network,
            "public": source.visibility == attendee_pb2.VISIBILITY_PUBLIC,
            "from_me": counted[source.id]["from_me"],
            "to_me": counted[source.id]["to_me"],
            "people": len(counted[source.id]["people"]),
            "refused": source.id in person.refused,
        }
        for source in listed.sources
        if source.id in counted
    ]


async def _ties(person: own.Own) -> list[Any]:
    client, after, found = person.visit.site.deps.clients.attendee, "", []
    for _number in range(MOST_PAGES):
        request = attendee_pb.ListTiesRequest(
            conference_id=str(person.me.conference_id), attendee_id=str(person.me.id), after=after, limit=MOST_TIES
        )
        reply = await client.call(client.stub.ListTies, request, timeout=own.TIMEOUT)
        found += reply.ties
        after = reply.next
        if not after:
            break
    return found
