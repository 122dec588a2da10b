"""A service of one table, to try the event path in processes that are killed: relay or consumer, by argument."""

import uuid
from pathlib import Path

from hallway.attendee.v1.events_pb2 import ConferenceCreated, TieChanged

from services.kit.consumer import Consumer, Event, Subscription
from services.kit.db import Connection
from services.kit.errors import Poison
from services.kit.lifecycle import Part, Resources, Service
from services.kit.outbox import Outgoing
from services.kit.relay import Relay
from services.kit.settings import ServiceSettings

OWNER = "portal"
EFFECTS = "create table effect (id bigint generated always as identity, event_id uuid, key text, sequence bigint)"


async def note(tx: Connection, events: list[Event]) -> None:
    """Writes a row an event; a conference named poison cannot be handled, the name broken breaks the handler."""
    for event in events:
        if isinstance(event.message, ConferenceCreated):
            if event.message.conference.name == "poison":
                raise Poison("a poison conference")
            if event.message.conference.name == "broken":
                raise ZeroDivisionError("a bug in the handler")
    await tx.executemany(
        "insert into effect (event_id, key, sequence) values ($1, $2, $3)",
        [(event.id, event.key, event.sequence) for event in events],
    )


SUBSCRIPTION = Subscription(group="tiny", handlers={ConferenceCreated: note, TieChanged: note})


def conference(key: object, sequence: int = 1, name: str = "fine") -> Outgoing:
    """An event about the conference ``key``."""
    message = ConferenceCreated()
    message.conference.id = str(key)
    message.conference.name = name
    return Outgoing(key=str(key), message=message, sequence=sequence)


def tie(key: object, sequence: int) -> Outgoing:
    """An event about the tie ``key``; ties have several partitions."""
    message = TieChanged()
    message.tie.id = str(key)
    return Outgoing(key=str(key), message=message, sequence=sequence)


def keys(count: int) -> list[str]:
    """Different keys."""
    return [str(uuid.UUID(int=number)) for number in range(count)]


def relay(r: Resources[ServiceSettings]) -> list[Part]:
    return [Relay(r.settings, OWNER)]


def consumer(r: Resources[ServiceSettings]) -> list[Part]:
    return [Consumer(r.settings, r.pool, OWNER, SUBSCRIPTION)]


SERVICE = Service(
    name="tiny",
    settings=ServiceSettings,
    migrations=Path(__file__).parent,
    parts=relay,
    worker=consumer,
    subscriptions=[SUBSCRIPTION],
)

if __name__ == "__main__":
    SERVICE.main()
