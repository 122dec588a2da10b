"""The dashboard's figures after a real journey, beside what the services themselves say."""

from collections import Counter
from typing import Any
from uuid import UUID

from hallway.attendee.v1 import attendee_pb2
from hallway.attendee.v1 import service_pb2 as attendee_pb
from hallway.scheduling.v1 import scheduling_pb2
from hallway.scheduling.v1 import service_pb2 as scheduling_pb

from services.portal.api.clients import Clients
from tests.component.test_portal_api_flow import LOG, VENUE, until
from tests.conftest import MakeDatabase, eventually
from tests.portal_hall import Hall, hall

PEOPLE = "ticket,name,email,handles,interests,formats,budget,joined\n" + "".join(
    f"T-{n},Person {n},p{n}@example.org,irc:{nick},,coffee,4,{joined}\n"
    for n, (nick, joined) in enumerate(
        [("ana", "yes"), ("bo", "yes"), ("cy", "yes"), ("dee", "yes"), ("eve", "no"), ("fay", "no"), ("gil", "yes")]
    )
)
SECOND_LOG = LOG.replace(b"<ana> bo:", b"<cy> dee:").replace(b"<bo> ana:", b"<dee> cy:")


async def all_of(clients: Clients, conference: str) -> tuple[list[Any], list[Any]]:
    """Everybody, as attendee lists them, and every session, as scheduling does."""
    people = await clients.attendee.call(
        clients.attendee.stub.ListAttendees, attendee_pb.ListAttendeesRequest(conference_id=conference, limit=1000)
    )
    sessions = await clients.scheduling.call(
        clients.scheduling.stub.ListSessions, scheduling_pb.ListSessionsRequest(conference_id=conference, limit=1000)
    )
    return list(people.attendees), list(sessions.sessions)


async def told_by_services(h: Hall, conference: str) -> dict[str, int]:
    """The dashboard's figures, counted from what their owners say."""
    people, sessions = await all_of(h.clients, conference)
    here = [p for p in people if p.state != attendee_pb2.ATTENDEE_STATE_CANCELLED]
    joined = {p.id for p in here if p.state != attendee_pb2.ATTENDEE_STATE_REGISTERED}
    matchmaking = h.pools["matchmaking"]
    suggested = await matchmaking.fetch(
        "SELECT DISTINCT unnest(attendee_ids) AS id FROM suggestion WHERE conference_id = $1", UUID(conference)
    )
    matched = await matchmaking.fetch(
        "SELECT DISTINCT unnest(attendee_ids) AS id FROM suggestion WHERE conference_id = $1 AND state = 'matched'",
        UUID(conference),
    )
    ties = await h.attendee.fetch("SELECT a, b FROM tie WHERE conference_id = $1", UUID(conference))
    states = Counter(scheduling_pb2.SessionState.Name(s.state).removeprefix("SESSION_STATE_").lower() for s in sessions)

    def of(*wanted: str) -> int:
        prefixed = {f"SESSION_STATE_{state.upper()}" for state in wanted}
        return len(
            {i for s in sessions if scheduling_pb2.SessionState.Name(s.state) in prefixed for i in s.attendee_ids}
        )

    return {
        "registered": len(here),
        "joined": len(joined),
        "with_ties": len({str(i) for tie in ties for i in tie} & joined),
        "suggested": len({r["id"] for r in suggested}),
        "matched": len({r["id"] for r in matched}),
        "people_reached": of("scheduled", "held"),
        "people_met": of("held"),
        "missed_by": of("missed"),
        "left_out_total": len(here) - of("scheduled", "held"),
    } | {state: states[state] for state in ("scheduled", "unplaced", "held", "missed", "cancelled")}


async def pair_up(h: Hall, base: str, person: str) -> str:
    """Has everybody of a person's first suggestion say yes; returns the session's id."""
    mine = f"{base}/attendees/{person}/suggestions"
    suggestion = (await until(h, mine, lambda a: a["suggestions"]))["suggestions"][0]
    for one in suggestion["attendees"]:
        path = f"{base}/attendees/{one['id']}/suggestions/{suggestion['id']}/answer"
        assert (await h.api.post(path, json={"answer": "yes"})).status_code == 200
    sessions = await until(h, f"{base}/sessions?attendee={person}", lambda a: a["sessions"])
    return str(sessions["sessions"][0]["id"])


async def test_the_dashboards_figures_agree_with_the_services_own(
    database: MakeDatabase, kafka_settings: dict[str, Any]
):
    async with hall(database, kafka_settings) as h:
        conference = str((await h.conference())["id"])
        base = "/conferences/pycamp"
        assert (await h.csv(f"{base}/registrations", PEOPLE)).json()["registered"] == 7
        assert (await h.csv(f"{base}/venue", VENUE, "PUT")).status_code == 200
        source = f"{base}/sources?network=irc&name=chat&visibility=public"
        made = await h.api.post(source, files=[("files", ("a.log", LOG)), ("files", ("b.log", SECOND_LOG))])
        assert made.status_code == 201, made.text
        people = (await until(h, f"{base}/attendees", lambda a: len(a["attendees"]) == 7))["attendees"]
        ids = {p["ticket"]: p["id"] for p in people}
        first, second = await pair_up(h, base, ids["T-0"]), await pair_up(h, base, ids["T-2"])
        assert first != second
        assert (await h.api.post(f"{base}/sessions/{second}/cancel", json={})).status_code == 200
        assert (await h.api.delete(f"{base}/registrations/T-5")).status_code < 300
        shown: dict[str, Any] = {}
        counted: dict[str, int] = {}

        async def agree() -> bool:
            nonlocal shown, counted
            shown, counted = (await h.api.get(f"{base}/dashboard")).json(), await told_by_services(h, conference)
            return {name: shown[name] for name in counted} == counted

        await eventually(agree)
        assert {name: shown[name] for name in counted} == counted
        assert (counted["registered"], counted["joined"], counted["with_ties"], counted["cancelled"]) == (6, 5, 4, 1)
        assert counted["people_reached"] >= 2
        assert counted["matched"] >= 4
