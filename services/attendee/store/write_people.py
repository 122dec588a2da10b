"""Attendees and their handles, as sets: the number of statements does not grow with the number of people."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from asyncpg import Record

from services.attendee.domain.attendee import Attendee
from services.attendee.domain.handle import Handle
from services.attendee.domain.registering import Person
from services.attendee.store.lock import ConferenceLock
from services.attendee.store.rows import ATTENDEE, attendee_of
from services.kit.errors import Conflict, NotFound

SEPARATOR = "\x1f"  # no interest or format holds it: the domain lets only printable text in

_SAVE_ATTENDEES = f"""
    insert into attendee ({ATTENDEE})
    select id, conference_id, ticket, name, email, state,
           string_to_array(interests, E'\\x1f'), string_to_array(formats, E'\\x1f'), budget, version
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
                $7::text[], $8::text[], $9::integer[], $10::bigint[]) as given({ATTENDEE})
    on conflict (id) do update set
        name = excluded.name, email = excluded.email, state = excluded.state, interests = excluded.interests,
        formats = excluded.formats, budget = excluded.budget, version = excluded.version
"""


class PeopleWrites(ConferenceLock):
    """The ports People and Handles."""

    async def person(self, attendee_id: UUID) -> Person:
        """One person, with their conference locked. Raises NotFound."""
        # The attendee, locked too, is read as the command that was waited for left it.
        rows = await self.tx.fetch(
            "select a.* from conference c join attendee a on a.conference_id = c.id where a.id = $1"
            " for no key update of c, a",
            attendee_id,
        )
        if not rows:
            raise NotFound("attendee", attendee_id)
        return (await self._with_handles(rows))[0]

    async def people_of_tickets(self, conference_id: UUID, tickets: Sequence[str]) -> Mapping[str, Person]:
        """The people who hold `tickets`, by ticket; unknown tickets are absent."""
        rows = await self.tx.fetch(
            f"select {ATTENDEE} from attendee where conference_id = $1 and ticket = any($2::text[])",
            conference_id, list(tickets),
        )  # fmt: skip
        return {person.attendee.ticket: person for person in await self._with_handles(rows)}

    async def attendees(self, conference_id: UUID, ids: Collection[UUID]) -> Mapping[UUID, Attendee]:
        """The attendees with `ids`, by id; unknown ids are absent."""
        rows = await self.tx.fetch(
            f"select {ATTENDEE} from attendee where conference_id = $1 and id = any($2::uuid[])",
            conference_id, list(ids),
        )  # fmt: skip
        return {row["id"]: attendee_of(row) for row in rows}

    async def save_attendees(self, attendees: Sequence[Attendee]) -> None:
        """Keep new and changed attendees."""
        rows = [
            (a.id, a.conference_id, a.ticket, a.name, a.email, a.state.value,
             SEPARATOR.join(a.profile.interests), SEPARATOR.join(a.profile.formats), a.profile.budget, a.version)
            for a in attendees
        ]  # fmt: skip
        if rows:
            await self.tx.execute(_SAVE_ATTENDEES, *map(list, zip(*rows, strict=True)))

    async def holders(self, conference_id: UUID, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        """The tickets that hold the handles with (network, address) `keys`, by key."""
        networks, addresses = [network for network, _ in keys], [address for _, address in keys]
        rows = await self.tx.fetch(
            "select h.network, h.address, a.ticket from handle h join attendee a on a.id = h.attendee_id"
            " join unnest($2::text[], $3::text[]) as key(network, address) using (network, address)"
            " where h.conference_id = $1",
            conference_id, networks, addresses,
        )  # fmt: skip
        return {(row["network"], row["address"]): row["ticket"] for row in rows}

    async def addresses(self, conference_id: UUID, network: str) -> Mapping[str, UUID]:
        """Every attendee by their addresses on a network."""
        rows = await self.tx.fetch(
            "select address, attendee_id from handle where conference_id = $1 and network = $2",
            conference_id, network,
        )  # fmt: skip
        return {row["address"]: row["attendee_id"] for row in rows}

    async def save_handles(self, people: Sequence[Person]) -> None:
        """Make the handles of `people` the ones given. Raises Conflict if somebody else has one."""
        await self.tx.execute("delete from handle where attendee_id = any($1::uuid[])", [p.attendee.id for p in people])
        rows = [
            (p.attendee.conference_id, h.network, h.address, p.attendee.id, h.proven)
            for p in people
            for h in sorted(p.handles)
        ]
        if not rows:
            return
        taken = await self.tx.fetch(
            "with given as (select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::boolean[])"
            "   as given(conference_id, network, address, attendee_id, proven)),"
            " kept as (insert into handle select * from given on conflict do nothing returning network, address)"
            " select network, address from given except select network, address from kept limit 1",
            *map(list, zip(*rows, strict=True)),
        )
        if taken:
            handle = Handle(taken[0]["network"], taken[0]["address"])
            raise Conflict(
                "handles",
                f"handle {handle} is somebody else's in this conference; leave it out or ask "
                "the organizers to sort it out",
            )

    async def _with_handles(self, rows: Sequence[Record]) -> list[Person]:
        found = await self.tx.fetch(
            "select attendee_id, network, address, proven from handle where attendee_id = any($1::uuid[])",
            [row["id"] for row in rows],
        )
        handles: dict[UUID, set[Handle]] = defaultdict(set)
        for h in found:
            handles[h["attendee_id"]].add(Handle(h["network"], h["address"], h["proven"]))
        return [Person(attendee_of(row), frozenset(handles[row["id"]])) for row in rows]
