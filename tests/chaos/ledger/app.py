"""Wires the ledger: it reads every topic and writes down every effect, without looking at what is there."""

from pathlib import Path

from hallway.attendee.v1 import events_pb2 as attendee_events
from hallway.matchmaking.v1 import events_pb2 as matchmaking_events
from hallway.scheduling.v1 import events_pb2 as scheduling_events

from services.kit import topics
from services.kit.consumer import Consumer, Event, Subscription
from services.kit.db import Connection
from services.kit.errors import Poison
from services.kit.lifecycle import Part, Resources, Service
from services.kit.relay import Relay
from services.kit.settings import ServiceSettings

OWNER = "portal"  # whose dead-letter topic it shares
MESSAGES = {
    message.full_name: getattr(module, name)
    for module in (attendee_events, matchmaking_events, scheduling_events)
    for name, message in module.DESCRIPTOR.message_types_by_name.items()
}


async def note(tx: Connection, events: list[Event]) -> None:
    """A row an event. An aggregate without an id of its key is what no service could take either."""
    for event in events:
        (_, aggregate), *_ = event.message.ListFields() or [(None, None)]
        if aggregate is None or aggregate.id != event.key:
            raise Poison("its key is not its aggregate's id")
    rows = [(event.id, topics.topic_of(event.type), event.key, event.sequence) for event in events]
    await tx.executemany("insert into effect (event_id, topic, key, sequence) values ($1, $2, $3, $4)", rows)


SUBSCRIPTION = Subscription(group="ledger", handlers=dict.fromkeys(MESSAGES.values(), note))


def parts(r: Resources[ServiceSettings]) -> list[Part]:
    """The relay publishes its dead letters."""
    return [Relay(r.settings, OWNER), Consumer(r.settings, r.pool, OWNER, SUBSCRIPTION)]


SERVICE = Service(
    name="ledger",
    settings=ServiceSettings,
    migrations=Path(__file__).parent,
    parts=parts,
    subscriptions=[SUBSCRIPTION],
)
