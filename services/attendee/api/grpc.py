"""The gRPC door of the attendee service: what it can be told and asked."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeAlias
from uuid import UUID

import grpc
from hallway.attendee.v1 import attendee_pb2 as pb
from hallway.attendee.v1 import service_pb2 as rpc
from hallway.attendee.v1.service_pb2_grpc import AttendeeServiceServicer, add_AttendeeServiceServicer_to_server

from services.attendee.api import convert
from services.attendee.api.upload import Reader
from services.attendee.handlers.cancel_registration import cancel_registration
from services.attendee.handlers.create_conference import create_conference
from services.attendee.handlers.erase_attendee import erase_attendee
from services.attendee.handlers.import_source import import_source
from services.attendee.handlers.join_attendees import join_attendees
from services.attendee.handlers.pause_attendee import pause_attendee
from services.attendee.handlers.record_interactions import record_interactions
from services.attendee.handlers.refuse_source import refuse_source
from services.attendee.handlers.register_attendees import register_attendees
from services.attendee.handlers.update_profile import update_profile
from services.attendee.handlers.withdraw_source import withdraw_source
from services.attendee.store import reads
from services.attendee.store.publish import attendee_message, conference_message, source_message, tie_message
from services.attendee.store.write import Store
from services.kit.db import Connection, Pool
from services.kit.errors import HallwayError
from services.kit.ids import new_id, parse_id
from services.kit.rpc import Context, command, question

Work: TypeAlias = Callable[[Connection], Coroutine[Any, Any, pb.Source]]
FEW = 100  # rows of a request that may be carried out in one transaction with others


class Api(AttendeeServiceServicer):
    """Every rpc: one transaction, one use case. Errors of kit become gRPC status with the fields to mend."""

    def __init__(self, pool: Pool, import_max_bytes: int) -> None:
        self.pool = pool
        self._reader = Reader(import_max_bytes)

    def register(self, server: grpc.aio.Server) -> None:
        """Answer the calls that reach `server`."""
        add_AttendeeServiceServicer_to_server(self, server)

    async def CreateConference(self, request: rpc.CreateConferenceRequest, context: Context) -> pb.Conference:
        async def work(tx: Connection) -> pb.Conference:
            return conference_message(await create_conference(Store(tx), convert.plan_of(request), new_id))

        return await command(self.pool, context, pb.Conference, work)

    async def ListConferences(
        self, request: rpc.ListConferencesRequest, context: Context
    ) -> rpc.ListConferencesResponse:
        found = await question(self.pool, context, reads.conferences)
        return rpc.ListConferencesResponse(conferences=map(conference_message, found))

    async def RegisterAttendees(
        self, request: rpc.RegisterAttendeesRequest, context: Context
    ) -> rpc.RegisterAttendeesResponse:
        async def work(tx: Connection) -> rpc.RegisterAttendeesResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            result = await register_attendees(Store(tx), conference_id, convert.claims_of(request), new_id)
            return rpc.RegisterAttendeesResponse(
                registered=result.registered, updated=result.updated, unchanged=result.unchanged,
                attendee_ids=map(str, result.attendee_ids),
            )  # fmt: skip

        many = len(request.registrations) > FEW
        return await command(self.pool, context, rpc.RegisterAttendeesResponse, work, alone=many)

    async def JoinAttendees(self, request: rpc.JoinAttendeesRequest, context: Context) -> rpc.JoinAttendeesResponse:
        async def work(tx: Connection) -> rpc.JoinAttendeesResponse:
            conference_id = parse_id(request.conference_id, "conference_id")
            ids = convert.ids_of(request.attendee_ids, "attendee_ids")
            return rpc.JoinAttendeesResponse(joined=await join_attendees(Store(tx), conference_id, ids))

        many = len(request.attendee_ids) > FEW
        return await command(self.pool, context, rpc.JoinAttendeesResponse, work, alone=many)

    async def UpdateProfile(self, request: rpc.UpdateProfileRequest, context: Context) -> pb.Attendee:
        async def work(tx: Connection) -> pb.Attendee:
            attendee_id = parse_id(request.attendee_id, "attendee_id")
            return attendee_message(await update_profile(Store(tx), attendee_id, convert.profile_of(request)))

        return await command(self.pool, context, pb.Attendee, work)

    async def PauseAttendee(self, request: rpc.PauseAttendeeRequest, context: Context) -> pb.Attendee:
        async def work(tx: Connection) -> pb.Attendee:
            return attendee_message(await pause_attendee(Store(tx), parse_id(request.attendee_id, "attendee_id")))

        return await command(self.pool, context, pb.Attendee, work)

    async def CancelRegistration(self, request: rpc.CancelRegistrationRequest, context: Context) -> pb.Attendee:
        async def work(tx: Connection) -> pb.Attendee:
            conference_id = parse_id(request.conference_id, "conference_id")
            return attendee_message(await cancel_registration(Store(tx), conference_id, request.ticket))

        return await command(self.pool, context, pb.Attendee, work)

    async def EraseAttendee(self, request: rpc.EraseAttendeeRequest, context: Context) -> rpc.EraseAttendeeResponse:
        async def work(tx: Connection) -> rpc.EraseAttendeeResponse:
            await erase_attendee(Store(tx), parse_id(request.attendee_id, "attendee_id"))
            return rpc.EraseAttendeeResponse()

        return await command(self.pool, context, rpc.EraseAttendeeResponse, work)

    async def RefuseSource(self, request: rpc.RefuseSourceRequest, context: Context) -> rpc.RefuseSourceResponse:
        async def work(tx: Connection) -> rpc.RefuseSourceResponse:
            source_id = parse_id(request.source_id, "source_id")
            attendee_id = parse_id(request.attendee_id, "attendee_id")
            return rpc.RefuseSourceResponse(ties_changed=await refuse_source(Store(tx), source_id, attendee_id))

        return await command(self.pool, context, rpc.RefuseSourceResponse, work)

    async def GetAttendee(self, request: rpc.GetAttendeeRequest, context: Context) -> rpc.GetAttendeeResponse:
        async def work(tx: Connection) -> rpc.GetAttendeeResponse:
            attendee, handles = await reads.attendee(tx, parse_id(request.attendee_id, "attendee_id"))
            return rpc.GetAttendeeResponse(
                attendee=attendee_message(attendee), handles=handles,
                refused_sources=map(str, await reads.refused_sources(tx, attendee.id)),
            )  # fmt: skip

        return await question(self.pool, context, work)

    async def ListAttendees(self, request: rpc.ListAttendeesRequest, context: Context) -> rpc.ListAttendeesResponse:
        async def work(tx: Connection) -> rpc.ListAttendeesResponse:
            conference_id = await _conference(tx, request.conference_id)
            after, limit = convert.page_of(request.after, request.limit)
            page = await reads.attendees(tx, conference_id, after, limit + 1)
            return rpc.ListAttendeesResponse(
                attendees=map(attendee_message, page[:limit]), next=str(page[limit - 1].id) if page[limit:] else ""
            )

        return await question(self.pool, context, work)

    async def ImportSource(
        self, request_iterator: AsyncIterator[rpc.ImportSourceRequest], context: Context
    ) -> pb.Source:
        messages = aiter(request_iterator)
        try:
            work = await self._import(messages, context)
        except HallwayError as error:
            work = _refusal(error)
        return await command(self.pool, context, pb.Source, work, alone=True)

    async def RecordInteractions(
        self, request: rpc.RecordInteractionsRequest, context: Context
    ) -> rpc.RecordInteractionsResponse:
        async def work(tx: Connection) -> rpc.RecordInteractionsResponse:
            header = convert.header_of(request.conference_id, request.network, request.source_name, request.visibility)
            changed = await record_interactions(Store(tx), header, convert.counts_of(request), new_id)
            return rpc.RecordInteractionsResponse(ties_changed=changed)

        return await command(self.pool, context, rpc.RecordInteractionsResponse, work, alone=len(request.counts) > FEW)

    async def WithdrawSource(self, request: rpc.WithdrawSourceRequest, context: Context) -> pb.Source:
        async def work(tx: Connection) -> pb.Source:
            return source_message(await withdraw_source(Store(tx), parse_id(request.source_id, "source_id")))

        return await command(self.pool, context, pb.Source, work, alone=True)

    async def ListSources(self, request: rpc.ListSourcesRequest, context: Context) -> rpc.ListSourcesResponse:
        async def work(tx: Connection) -> rpc.ListSourcesResponse:
            found = await reads.sources(tx, await _conference(tx, request.conference_id))
            return rpc.ListSourcesResponse(sources=map(source_message, found))

        return await question(self.pool, context, work)

    async def ListTies(self, request: rpc.ListTiesRequest, context: Context) -> rpc.ListTiesResponse:
        async def work(tx: Connection) -> rpc.ListTiesResponse:
            conference_id = await _conference(tx, request.conference_id)
            of = parse_id(request.attendee_id, "attendee_id") if request.attendee_id else None
            after, limit = convert.page_of(request.after, request.limit)
            page = await reads.ties(tx, conference_id, of, after, limit + 1)
            return rpc.ListTiesResponse(
                ties=map(tie_message, page[:limit]), next=str(page[limit - 1].id) if page[limit:] else ""
            )

        return await question(self.pool, context, work)

    async def _import(self, messages: AsyncIterator[rpc.ImportSourceRequest], context: Context) -> Work:
        """Reads the stream, outside of any transaction; gives what keeps its counts."""
        sent = await self._reader.header(messages)
        header = convert.header_of(sent.conference_id, sent.network, sent.name, sent.visibility)
        await question(self.pool, context, lambda tx: reads.must_exist(tx, header.conference_id))
        archive = await self._reader.read(header.network, messages)

        async def work(tx: Connection) -> pb.Source:
            return source_message(await import_source(Store(tx), header, archive, new_id))

        return work


def _refusal(error: HallwayError) -> Work:
    async def work(tx: Connection) -> pb.Source:
        raise error

    return work


async def _conference(tx: Connection, text: str) -> UUID:
    conference_id = parse_id(text, "conference_id")
    await reads.must_exist(tx, conference_id)
    return conference_id
