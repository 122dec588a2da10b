"""The workload: seeded clients, each looking after people of its own, so that what must be there is known exactly."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from hallway.attendee.v1 import attendee_pb2 as attendees
from hallway.attendee.v1 import service_pb2 as attendee_pb
from hallway.attendee.v1.service_pb2_grpc import AttendeeServiceStub
from hallway.matchmaking.v1 import matchmaking_pb2 as matches
from hallway.matchmaking.v1 import service_pb2 as matchmaking_pb
from hallway.matchmaking.v1.service_pb2_grpc import MatchmakingServiceStub

from services.kit.errors import HallwayError
from tests.chaos.actor import Person
from tests.chaos.journal import Op
from tests.chaos.sessions import SessionSteps
from tests.chaos.transport import Transport

MOST_PEOPLE = 14  # with a ticket, of one client
BUDGET = 3
ANSWERS = {"yes": matchmaking_pb.ANSWER_YES, "not_now": matchmaking_pb.ANSWER_NOT_NOW, "no": matchmaking_pb.ANSWER_NO}
VENUE = "name,capacity,seats,formats,opens,closes\nCafe,3,4,coffee,00:00,23:59\nHall,6,8,,00:00,23:59\n"


class Client(SessionSteps):
    """One client."""

    @property
    def source(self) -> str:
        """The source that this client's counts go to."""
        return f"chat {self.number}"

    async def run(self, until: Callable[[], bool], pace: float) -> None:
        """Sends one command after another, about every ``pace`` seconds."""
        while not until():
            await self.step()
            await asyncio.sleep(self.rng.uniform(0, 2 * pace))

    async def step(self) -> None:
        """One command; what kind it is, the seed says."""
        steps: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (14, self.register), (30, self.record), (8, self.profile), (3, self.pause), (4, self.join),
            (4, self.cancel), (40, self.answer), (8, self.move), (5, self.call_off), (2, self.exclude),
        ]  # fmt: skip
        (chosen,) = self.rng.choices([step for _, step in steps], [weight for weight, _ in steps])
        with suppress(HallwayError):  # a question had no answer
            await chosen()

    async def start(self) -> None:
        """The first people of this client, joined."""
        for _ in range(4):
            await self.register(joined=True)

    async def register(self, joined: bool | None = None) -> None:
        """A new ticket, by HTTP or gRPC."""
        if self._here() >= MOST_PEOPLE:
            return await self.profile()
        self.made += 1
        ticket = f"t{self.number}-{self.made}"
        joins = self.rng.random() < 0.8 if joined is None else joined
        interests = (f"topic {self.rng.randrange(3)}",)
        person = Person(ticket, f"Person {ticket}", f"{ticket}@example.org", "", "registered", interests)
        if self.rng.random() < 0.5:
            body = {"ticket": ticket, "name": person.name, "email": person.email, "interests": list(interests),
                    "budget": BUDGET, "joined": joins}  # fmt: skip
            path = f"/conferences/{self.slug}/registrations"
            op = await self.transport.call("register", "POST", path, self.rng, json={"registrations": [body]})
            if op.answer == "acknowledged":
                person.id = await self._id_of(ticket)
        else:
            row = attendee_pb.Registration(
                ticket=ticket, name=person.name, email=person.email, interests=interests, attention_budget=BUDGET,
                joined=joins,
            )  # fmt: skip
            request = attendee_pb.RegisterAttendeesRequest(conference_id=self.conference_id, registrations=[row])
            op = await self._attendee("RegisterAttendees", request)
            if op.answer == "acknowledged":
                person.id = op.reply.attendee_ids[0]
        if op.answer == "acknowledged":
            person.state = "joined" if joins else "registered"
            self.people.append(person)

    async def _id_of(self, ticket: str) -> str:
        """The attendee's id, by registering the same again: that changes nothing, and is told the id."""
        row = attendee_pb.Registration(ticket=ticket, name=f"Person {ticket}", email=f"{ticket}@example.org")
        request = attendee_pb.RegisterAttendeesRequest(conference_id=self.conference_id, registrations=[row])
        op = await self._attendee("RegisterAttendees", request)
        if op.answer == "acknowledged" and not op.reply.unchanged:
            self.transport.journal.found(
                "lost", f"registration of {ticket} was acknowledged and is not there", op.fault
            )
        return op.reply.attendee_ids[0] if op.answer == "acknowledged" else ""

    async def record(self) -> None:
        """Interactions between two of this client's people; they add up, so that one taken twice shows."""
        here = [p for p in self.people if p.state != "cancelled" and p.id]
        if len(here) < 2:
            return
        counts = []
        for _ in range(self.rng.randint(1, 4)):
            actor, target = self.rng.sample(here, 2)
            kind, month = self.rng.choice(("reply", "mention")), f"2026-{self.rng.randint(1, 6):02}"
            counts.append((actor.id, target.id, kind, month, self.rng.randint(1, 9)))
        request = attendee_pb.RecordInteractionsRequest(
            conference_id=self.conference_id, network="irc", source_name=self.source,
            visibility=attendees.VISIBILITY_PUBLIC,
            counts=[
                attendee_pb.PairCount(actor_id=a, target_id=t, kind=k, month=m, count=n) for a, t, k, m, n in counts
            ],
        )  # fmt: skip
        if (await self._attendee("RecordInteractions", request)).answer == "acknowledged":
            for actor_id, target_id, kind, month, count in counts:
                self.counts[actor_id, target_id, kind, month] += count

    async def profile(self) -> None:
        """New interests."""
        if person := self._one("registered", "joined", "paused"):
            interests = (f"topic {self.rng.randrange(3)}", f"note {self.rng.randrange(10_000)}")
            request = attendee_pb.UpdateProfileRequest(attendee_id=person.id, interests=interests)
            if (await self._attendee("UpdateProfile", request)).answer == "acknowledged":
                person.interests = interests

    async def pause(self) -> None:
        """No new suggestions for now."""
        if person := self._one("joined"):
            request = attendee_pb.PauseAttendeeRequest(attendee_id=person.id)
            if (await self._attendee("PauseAttendee", request)).answer == "acknowledged":
                person.state = "paused"

    async def join(self) -> None:
        """Yes to networking, the first time or again."""
        if not (person := self._one("registered", "paused")):
            return
        if self.rng.random() < 0.5:
            path = f"/conferences/{self.slug}/join"
            op = await self.transport.call("join", "POST", path, self.rng, json={"tickets": [person.ticket]})
        else:
            request = attendee_pb.JoinAttendeesRequest(conference_id=self.conference_id, attendee_ids=[person.id])
            op = await self._attendee("JoinAttendees", request)
        if op.answer == "acknowledged":
            person.state = "joined"

    async def cancel(self) -> None:
        """A ticket is gone, and the ties with it."""
        person = self._one("registered", "joined", "paused")
        if person is None or self._here() < 5:
            return
        if self.rng.random() < 0.5:
            path = f"/conferences/{self.slug}/registrations/{person.ticket}"
            op = await self.transport.call("cancel", "DELETE", path, self.rng)
        else:
            request = attendee_pb.CancelRegistrationRequest(conference_id=self.conference_id, ticket=person.ticket)
            op = await self._attendee("CancelRegistration", request)
        if op.answer == "acknowledged":
            person.state = "cancelled"
            self.counts = Counter({key: n for key, n in self.counts.items() if person.id not in key[:2]})

    async def answer(self) -> None:
        """Somebody answers one of their suggestions, by HTTP or gRPC."""
        if not (person := self._one("joined", "paused")):
            return
        asked = matchmaking_pb.ListSuggestionsRequest(conference_id=self.conference_id, attendee_id=person.id)
        listed = await self._ask("matchmaking", MatchmakingServiceStub, "ListSuggestions", asked)
        open_ones = [own.suggestion.id for own in listed.suggestions]
        if not open_ones:
            return
        suggestion = self.rng.choice(open_ones)
        (answer,) = self.rng.choices(["yes", "not_now", "no"], [85, 8, 7])
        if self.rng.random() < 0.5:
            path = f"/conferences/{self.slug}/attendees/{person.id}/suggestions/{suggestion}/answer"
            op = await self.transport.call("answer", "POST", path, self.rng, json={"answer": answer})
            matched = op.answer == "acknowledged" and op.reply["matched"]
        else:
            request = matchmaking_pb.AnswerSuggestionRequest(
                suggestion_id=suggestion, attendee_id=person.id, answer=ANSWERS[answer]
            )
            op = await self._matchmaking("AnswerSuggestion", request)
            matched = op.answer == "acknowledged" and op.reply.suggestion.state == matches.SUGGESTION_STATE_MATCHED
        if op.answer == "acknowledged":
            self.answers[suggestion, person.id] = answer
            if matched:
                self.matched.add(suggestion)

    async def exclude(self) -> None:
        """Somebody has met somebody."""
        here = [p for p in self.people if p.state == "joined" and p.id]
        if len(here) < 4:
            return
        one, other = self.rng.sample(here, 2)
        request = matchmaking_pb.ExcludePairRequest(
            conference_id=self.conference_id, attendee_id=one.id, other_id=other.id,
            reason=matchmaking_pb.EXCLUSION_REASON_MET,
        )  # fmt: skip
        if (await self._matchmaking("ExcludePair", request)).answer == "acknowledged":
            self.exclusions.add((one.id, other.id))

    def _here(self) -> int:
        return sum(person.state != "cancelled" for person in self.people)

    async def _attendee(self, method: str, request: Any) -> Op:
        return await self.transport.grpc("attendee", AttendeeServiceStub, method, request, self.rng)

    async def _matchmaking(self, method: str, request: Any) -> Op:
        return await self.transport.grpc("matchmaking", MatchmakingServiceStub, method, request, self.rng)


async def make_conference(transport: Transport, slug: str, rng: random.Random) -> str:
    """A conference that lasts from today for three days, with few places; its id."""
    today = datetime.now(UTC).date()
    facts = {
        "slug": slug, "name": "Chaos", "time_zone": "Europe/Zurich",
        "starts_on": str(today), "ends_on": str(today + timedelta(days=3)),
    }  # fmt: skip
    op = await transport.call("create", "POST", "/conferences", rng, json=facts)
    assert op.answer == "acknowledged", op.why
    headers, path = {"content-type": "text/csv"}, f"/conferences/{slug}/venue"
    venue = await transport.call("venue", "PUT", path, rng, content=VENUE.encode(), more=headers)
    assert venue.answer == "acknowledged", venue.why
    return str(op.reply["id"])
