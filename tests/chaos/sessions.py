"""What clients do with their people's sessions, by gRPC and HTTP: move them, call them off, say how they went."""

import asyncio
import time
from typing import Any

from hallway.scheduling.v1 import scheduling_pb2 as session_pb
from hallway.scheduling.v1 import service_pb2 as scheduling_pb
from hallway.scheduling.v1.service_pb2_grpc import SchedulingServiceStub

from services.kit.errors import HallwayError
from tests.chaos.actor import Actor, Person

OUTCOMES = {"held": scheduling_pb.OUTCOME_HELD, "missed": scheduling_pb.OUTCOME_MISSED}


class SessionSteps(Actor):
    """The part of a client that looks after sessions."""

    async def move(self) -> None:
        """Somebody moves one of their sessions to another spot."""
        if not (found := await self._session()):
            return
        person, session = found
        asked = scheduling_pb.OfferSlotsRequest(session_id=session.id, limit=10)
        offers = (await self._ask("scheduling", SchedulingServiceStub, "OfferSlots", asked)).offers
        if not offers:
            return
        offer = self.rng.choice(offers)
        if self.rng.random() < 0.5:
            times = {"starts_at": offer.during.starts_at, "ends_at": offer.during.ends_at}
            body = {name: time.ToJsonString() for name, time in times.items()} | {"place": offer.place_id}
            await self._by_http("move", person, session, body)
        else:
            request = scheduling_pb.MoveSessionRequest(session_id=session.id, attendee_id=person.id, offer=offer)
            await self._scheduling("MoveSession", request)

    async def call_off(self) -> None:
        """Somebody cancels one of their sessions."""
        if not (found := await self._session()):
            return
        person, session = found
        if self.rng.random() < 0.5:
            await self._by_http("cancel", person, session, {"reason": "no time"})
        else:
            request = scheduling_pb.CancelSessionRequest(session_id=session.id, attendee_id=person.id, reason="no time")
            await self._scheduling("CancelSession", request)

    async def conclude(self) -> None:
        """Everybody says how their sessions went."""
        for person in [p for p in self.people if p.id and p.state != "cancelled"]:
            for session in await self._patiently_sessions_of(person):
                await self._say_how_it_went(person, session)

    async def _say_how_it_went(self, person: Person, session: session_pb.Session) -> None:
        outcome = self.rng.choice(sorted(OUTCOMES))
        if self.rng.random() < 0.5:
            await self._by_http("outcome", person, session, {"outcome": outcome})
        else:
            request = scheduling_pb.RecordOutcomeRequest(
                session_id=session.id, attendee_id=person.id, outcome=OUTCOMES[outcome]
            )
            await self._scheduling("RecordOutcome", request)

    async def _session(self) -> tuple[Person, session_pb.Session] | None:
        person = self._one("joined", "paused")
        found = await self._sessions_of(person) if person else []
        return (person, self.rng.choice(found)) if person and found else None

    async def _patiently_sessions_of(self, person: Person) -> list[session_pb.Session]:
        while True:
            try:
                return await self._sessions_of(person)
            except HallwayError:
                if time.monotonic() > self.transport.patient_until:
                    raise
                await asyncio.sleep(0.3)

    async def _sessions_of(self, person: Person) -> list[session_pb.Session]:
        asked = scheduling_pb.ListSessionsRequest(conference_id=self.conference_id, attendee_id=person.id)
        listed = await self._ask("scheduling", SchedulingServiceStub, "ListSessions", asked)
        return [s for s in listed.sessions if s.state == session_pb.SESSION_STATE_SCHEDULED]

    async def _by_http(self, verb: str, person: Person, session: session_pb.Session, body: dict[str, Any]) -> None:
        path = f"/conferences/{self.slug}/sessions/{session.id}/{verb}"
        op = await self.transport.call(f"session {verb}", "POST", path, self.rng, json=body | {"attendee": person.id})
        if op.answer == "acknowledged":
            self.shown.append(op.reply)

    async def _scheduling(self, method: str, request: Any) -> None:
        op = await self.transport.grpc("scheduling", SchedulingServiceStub, method, request, self.rng)
        if op.answer == "acknowledged":
            self.sessions.append(op.reply)
