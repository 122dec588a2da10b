"""The gRPC door of scheduling."""

from typing import Any

from hallway.scheduling.v1 import scheduling_pb2 as pb
from hallway.scheduling.v1 import service_pb2 as service
from hallway.scheduling.v1.service_pb2_grpc import SchedulingServiceServicer, add_SchedulingServiceServicer_to_server

from services.kit.clock import Clock
from services.kit.db import Connection, Pool
from services.kit.ids import parse_id
from services.kit.rpc import command, question
from services.scheduling.api import convert
from services.scheduling.handlers.cancel_session import cancel_session
from services.scheduling.handlers.find_sessions import get_session, list_sessions, list_versions
from services.scheduling.handlers.freeze_plan import freeze_plan
from services.scheduling.handlers.move_session import move_session, offer_slots
from services.scheduling.handlers.on_site import check_in, list_here, offer_now
from services.scheduling.handlers.record_outcome import record_outcome
from services.scheduling.handlers.set_availability import set_availability
from services.scheduling.handlers.set_formats import set_formats
from services.scheduling.handlers.set_talks import set_talks
from services.scheduling.handlers.set_venue import set_venue
from services.scheduling.handlers.undo_change import undo_change
from services.scheduling.store.availability import availability
from services.scheduling.store.preview import previewed
from services.scheduling.store.publish import session_message
from services.scheduling.store.write import Store


class Api(SchedulingServiceServicer):
    """Each method: the request as domain values, one handler, the answer as a message."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self.pool = pool
        self.clock = clock

    def register(self, server: object) -> None:
        """Adds these methods to a gRPC server."""
        add_SchedulingServiceServicer_to_server(self, server)

    async def SetVenue(self, request: service.SetVenueRequest, context: Any) -> service.SetVenueResponse:
        async def work(tx: Connection) -> service.SetVenueResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            rows = [convert.place_row(place, number) for number, place in enumerate(request.places)]
            travel = [convert.travel(way) for way in request.travel]
            rehome = request.rehome or request.preview
            venue = await set_venue(Store(tx), conference_id, rows, self.clock(), travel, rehome)
            return service.SetVenueResponse(
                places=map(convert.place_message, venue.places),
                rehomed=len(venue.changes),
                sessions=convert.changed(venue.changes),
            )

        done = previewed(work) if request.preview else work
        return await command(self.pool, context, service.SetVenueResponse, done, alone=True)

    async def GetVenue(self, request: service.GetVenueRequest, context: Any) -> service.GetVenueResponse:
        async def work(tx: Connection) -> service.GetVenueResponse:
            store, conference_id = Store(tx), parse_id(request.conference_id, "conference_id")
            return service.GetVenueResponse(
                places=map(convert.place_message, await store.places(conference_id)),
                travel=[pb.Travel(a=t.a, b=t.b, minutes=t.minutes) for t in await store.travel(conference_id)],
                plan_frozen=await store.frozen(conference_id),
            )

        return await question(self.pool, context, work)

    async def SetTalks(self, request: service.SetTalksRequest, context: Any) -> service.SetTalksResponse:
        async def work(tx: Connection) -> service.SetTalksResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            talks = [convert.talk(talk, number) for number, talk in enumerate(request.talks)]
            changes = await set_talks(Store(tx), conference_id, talks, self.clock())
            return service.SetTalksResponse(talks=len(talks), sessions=convert.changed(changes))

        done = previewed(work) if request.preview else work
        return await command(self.pool, context, service.SetTalksResponse, done, alone=True)

    async def SetFormats(self, request: service.SetFormatsRequest, context: Any) -> service.SetFormatsResponse:
        async def work(tx: Connection) -> service.SetFormatsResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            rows = list(map(convert.format_row, request.formats))
            outside = await set_formats(Store(tx), conference_id, rows, self.clock())
            formats = await Store(tx).formats(conference_id)
            sessions = map(session_message, outside[: convert.SHOWN])
            return service.SetFormatsResponse(formats=map(convert.format_message, formats.values()), sessions=sessions)

        done = previewed(work) if request.preview else work
        return await command(self.pool, context, service.SetFormatsResponse, done, alone=True)

    async def GetFormats(self, request: service.GetFormatsRequest, context: Any) -> service.GetFormatsResponse:
        async def work(tx: Connection) -> service.GetFormatsResponse:
            formats = await Store(tx).formats(parse_id(request.conference_id, "conference_id"))
            return service.GetFormatsResponse(formats=map(convert.format_message, formats.values()))

        return await question(self.pool, context, work)

    async def UndoChange(self, request: service.UndoChangeRequest, context: Any) -> service.UndoChangeResponse:
        async def work(tx: Connection) -> service.UndoChangeResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            kind, changes = await undo_change(Store(tx), conference_id, self.clock(), request.rehome)
            return service.UndoChangeResponse(kind=kind, sessions=convert.changed(changes))

        return await command(self.pool, context, service.UndoChangeResponse, work, alone=True)

    async def FreezePlan(self, request: service.FreezePlanRequest, context: Any) -> service.FreezePlanResponse:
        async def work(tx: Connection) -> service.FreezePlanResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            await freeze_plan(Store(tx), conference_id, request.frozen, self.clock())
            return service.FreezePlanResponse()

        return await command(self.pool, context, service.FreezePlanResponse, work)

    async def SetAvailability(
        self, request: service.SetAvailabilityRequest, context: Any
    ) -> service.SetAvailabilityResponse:
        async def work(tx: Connection) -> service.SetAvailabilityResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            attendee_id = parse_id(request.attendee_id, "attendee_id")
            free = [convert.interval(message, f"free[{n}]") for n, message in enumerate(request.free)]
            await set_availability(Store(tx), conference_id, attendee_id, free, self.clock(), convert.wishes(request))
            return service.SetAvailabilityResponse()

        return await command(self.pool, context, service.SetAvailabilityResponse, work)

    async def GetAvailability(
        self, request: service.GetAvailabilityRequest, context: Any
    ) -> service.GetAvailabilityResponse:
        async def work(tx: Connection) -> service.GetAvailabilityResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            said = await availability(tx, conference_id, parse_id(request.attendee_id, "attendee_id"))
            return convert.availability(*said, await Store(tx).talks(conference_id))

        return await question(self.pool, context, work)

    async def GetSession(self, request: service.GetSessionRequest, context: Any) -> pb.Session:
        async def work(tx: Connection) -> pb.Session:
            return session_message(await get_session(Store(tx), parse_id(request.session_id, "session_id")))

        return await question(self.pool, context, work)

    async def ListSessions(self, request: service.ListSessionsRequest, context: Any) -> service.ListSessionsResponse:
        async def work(tx: Connection) -> service.ListSessionsResponse:
            sessions, after = await list_sessions(
                Store(tx),
                parse_id(request.conference_id, "conference_id"),
                convert.optional_id(request.attendee_id, "attendee_id"),
                convert.optional_id(request.after, "after"),
                request.limit,
            )
            return service.ListSessionsResponse(sessions=map(session_message, sessions), next=str(after or ""))

        return await question(self.pool, context, work)

    async def ListVersions(self, request: service.ListVersionsRequest, context: Any) -> service.ListVersionsResponse:
        async def work(tx: Connection) -> service.ListVersionsResponse:
            versions = await list_versions(Store(tx), parse_id(request.session_id, "session_id"))
            return service.ListVersionsResponse(versions=map(convert.version_message, versions))

        return await question(self.pool, context, work)

    async def OfferSlots(self, request: service.OfferSlotsRequest, context: Any) -> service.OfferSlotsResponse:
        async def work(tx: Connection) -> service.OfferSlotsResponse:
            session_id = parse_id(request.session_id, "session_id")
            spots = await offer_slots(Store(tx), session_id, request.limit, self.clock())
            return service.OfferSlotsResponse(offers=map(convert.offer_message, spots))

        return await question(self.pool, context, work)

    async def MoveSession(self, request: service.MoveSessionRequest, context: Any) -> pb.Session:
        async def work(tx: Connection) -> pb.Session:
            session = await move_session(
                Store(tx),
                parse_id(request.session_id, "session_id"),
                convert.optional_id(request.attendee_id, "attendee_id"),
                parse_id(request.offer.place_id, "offer.place_id"),
                convert.interval(request.offer.during, "offer.during"),
                self.clock(),
            )
            return session_message(session)

        return await command(self.pool, context, pb.Session, work)

    async def CancelSession(self, request: service.CancelSessionRequest, context: Any) -> pb.Session:
        async def work(tx: Connection) -> pb.Session:
            session_id = parse_id(request.session_id, "session_id")
            by = convert.optional_id(request.attendee_id, "attendee_id")
            return session_message(await cancel_session(Store(tx), session_id, by, request.reason, self.clock()))

        return await command(self.pool, context, pb.Session, work)

    async def RecordOutcome(self, request: service.RecordOutcomeRequest, context: Any) -> pb.Session:
        async def work(tx: Connection) -> pb.Session:
            session_id = parse_id(request.session_id, "session_id")
            by = convert.optional_id(request.attendee_id, "attendee_id")
            outcome = convert.outcome(request.outcome)
            return session_message(await record_outcome(Store(tx), session_id, by, outcome, self.clock()))

        return await command(self.pool, context, pb.Session, work)

    async def CheckIn(self, request: service.CheckInRequest, context: Any) -> service.CheckInResponse:
        async def work(tx: Connection) -> service.CheckInResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            attendee_id = parse_id(request.attendee_id, "attendee_id")
            await check_in(Store(tx), conference_id, attendee_id, request.gone, self.clock())
            return service.CheckInResponse()

        return await command(self.pool, context, service.CheckInResponse, work)

    async def ListHere(self, request: service.ListHereRequest, context: Any) -> service.ListHereResponse:
        async def work(tx: Connection) -> service.ListHereResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            attendee_id = parse_id(request.attendee_id, "attendee_id")
            here = await list_here(Store(tx), conference_id, attendee_id, self.clock())
            return service.ListHereResponse(attendee_ids=map(str, here))

        return await question(self.pool, context, work)

    async def OfferNow(self, request: service.OfferNowRequest, context: Any) -> service.OfferNowResponse:
        async def work(tx: Connection) -> service.OfferNowResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            attendee_id = parse_id(request.attendee_id, "attendee_id")
            candidates = [parse_id(text, f"candidates[{n}]") for n, text in enumerate(request.candidates)]
            offers = await offer_now(Store(tx), conference_id, attendee_id, candidates, self.clock())
            return service.OfferNowResponse(offers=map(convert.now_offer_message, offers))

        return await question(self.pool, context, work)
