"""Records that nobody can handle, and which groups have to set them aside."""

import asyncio
import random
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer
from hallway.attendee.v1.events_pb2 import AttendeeChanged, TieChanged

from services.kit.envelope import text_headers
from tests.chaos.checks import groups_that_read
from tests.chaos.evidence import Injected
from tests.chaos.hall import Hall
from tests.chaos.read import GROUPS, fingerprint

Headers = list[tuple[str, bytes | None]]
ATTENDEES, TIES = "hallway.attendee.attendee.v1", "hallway.attendee.tie.v1"
PATIENCE = 60.0


def headers(name: str, **other: str) -> Headers:
    """The headers of an event of a type."""
    fine = {
        "ce_specversion": "1.0", "ce_id": str(uuid.uuid4()), "ce_type": name, "ce_source": "/nobody",
        "ce_subject": f"nobody {uuid.uuid4()}", "ce_time": datetime.now(UTC).isoformat(), "ce_sequence": "1",
    }  # fmt: skip
    return [(key, value.encode()) for key, value in (fine | other).items()]


def kinds(mark: bytes) -> list[tuple[str, str, bytes, Headers]]:
    """(name, topic, value, headers); ``mark`` makes each value unique."""
    changed = AttendeeChanged.DESCRIPTOR.full_name
    person = AttendeeChanged()
    person.attendee.id = f"no UUID {mark.hex()}"
    person.attendee.conference_id = "nor this"
    tie = TieChanged()
    tie.tie.id = f"no UUID {mark.hex()}"
    return [
        ("garbage", ATTENDEES, b"\xff\xfe\x00" + mark, headers(changed)),
        ("no headers", ATTENDEES, b"bare " + mark, []),
        ("unknown type", ATTENDEES, b"type " + mark, headers("hallway.attendee.v1.AttendeeAbducted")),
        ("future version", ATTENDEES, b"v2 " + mark, headers("hallway.attendee.v2.AttendeeChanged")),
        ("huge", ATTENDEES, b"\xff" * 950_000 + mark, headers(changed)),
        ("huge headers", ATTENDEES, b"\xff big " + mark, [*headers(changed), ("noise", b"\xff" * 900_000)]),
        ("ids that are none", ATTENDEES, person.SerializeToString(), headers(changed)),
        ("a tie of nobody", TIES, tie.SerializeToString(), headers(TieChanged.DESCRIPTOR.full_name)),
        ("no sequence", ATTENDEES, b"\xff seq " + mark, headers(changed, ce_sequence="soon")),
        ("NUL in a header", ATTENDEES, b"\xff nul " + mark, [*headers(changed), ("note", b"a\x00b\xff")]),
        ("NUL in a header's name", ATTENDEES, b"\xff name " + mark, [*headers(changed), ("a\x00b", b"c")]),
        ("no value of a header", ATTENDEES, b"\xff null " + mark, [*headers(changed), ("note", None)]),
        ("hostile type", ATTENDEES, b"\xff sql " + mark, headers("'; drop table inbox; --\x00")),
    ]


class Poisoner:
    """Injects one kind after the other and waits until each is set aside."""

    def __init__(self, hall: Hall, rng: random.Random) -> None:
        self._hall, self._rng = hall, rng
        self.injected: list[Injected] = []
        self._next = rng.randrange(13)

    async def inject(self, only: Sequence[str] = ()) -> None:
        """Three kinds, or those named; returns when every group that reads the topic has set them aside."""
        chosen = kinds(self._rng.randbytes(8))
        if only:
            chosen = [kind for kind in chosen if kind[0] in only]
        else:
            chosen = [chosen[(self._next + n) % len(chosen)] for n in range(3)]
            self._next += 3
        producer = AIOKafkaProducer(bootstrap_servers=self._hall.kafka, max_request_size=1_048_576, acks="all")
        await producer.start()
        try:
            for name, topic, value, pairs in chosen:
                sent = await producer.send_and_wait(topic, value, key=b"nobody", headers=pairs)
                groups = groups_that_read(topic, text_headers(pairs).get("ce_type", ""))
                self.injected.append(Injected(name, topic, sent.partition, fingerprint(value), groups))
        finally:
            await producer.stop()
        await self._set_aside()

    async def _set_aside(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and await self._missing():
            await asyncio.sleep(0.2)

    async def _missing(self) -> bool:
        wanted = {(group, poison.fingerprint) for poison in self.injected for group in poison.groups}
        for service in {service for service, _ in GROUPS}:
            try:
                connection = await self._hall.admin(f"hallway_{service}")
                rows = await connection.fetch("select consumer_group, value from dead_letter")
                await connection.close()
            except OSError:
                return True
            wanted -= {(row["consumer_group"], fingerprint(row["value"])) for row in rows}
        return bool(wanted)
