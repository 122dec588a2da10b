"""From a match's event on the broker to its session's: the scheduling service as it runs, in this process."""

import asyncio
import time
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from hallway.matchmaking.v1 import events_pb2 as match_events
from hallway.matchmaking.v1 import matchmaking_pb2 as matches

from bench.placing_data import Hall
from services.kit import envelope, topics
from services.kit.consumer import Consumer
from services.kit.db import Pool
from services.kit.envelope import Event
from services.kit.ids import new_id
from services.kit.lifecycle import Part
from services.kit.relay import Relay
from services.scheduling.api.kafka import subscription
from services.scheduling.app import SERVICE
from services.scheduling.settings import Settings

PAUSE = 0.05  # between two matches, so that none waits for the one before


async def event_to_session(pool: Pool, url: str, bootstrap: str, hall: Hall, times: int) -> list[float]:
    """Seconds of each match, after ten that warm up."""
    settings = Settings(
        database_url=url, kafka_bootstrap=bootstrap, kafka_idempotence=False, kafka_fetch_wait_ms=100,
        kafka_session_timeout_ms=2_000,
    )  # fmt: skip
    relay = Relay(settings, SERVICE.name)
    consumer = Consumer(settings, pool, SERVICE.name, subscription(lambda: hall.now))
    parts: tuple[Part, ...] = (relay, consumer)
    for part in parts:
        await part.start()
    topic = topics.topic_of("hallway.scheduling.v1.SessionScheduled")
    reader = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=20)
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer, reader:
        waits = [await _one(producer, reader, hall) for _ in range(times + 10)]
    for part in reversed(parts):
        await part.stop()
    return waits[10:]


async def _one(producer: AIOKafkaProducer, reader: AIOKafkaConsumer, hall: Hall) -> float:
    await asyncio.sleep(PAUSE)
    told = matches.Match(
        id=str(uuid4()), conference_id=str(hall.conference.id), attendee_ids=map(str, hall.strangers()), format="coffee"
    )
    message = match_events.MatchMade(match=told)
    name = message.DESCRIPTOR.full_name
    headers = envelope.headers(Event(new_id(), name, told.id, 1, hall.now, message), "matchmaking")
    started = time.perf_counter()
    await producer.send_and_wait(
        topics.topic_of(name), key=told.id.encode(), value=message.SerializeToString(), headers=headers
    )
    async with asyncio.timeout(30):
        while (await reader.getone()).key != told.id.encode():
            pass
    return time.perf_counter() - started
