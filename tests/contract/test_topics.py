"""protos/topics.yaml and the code agree: what is published, where, and who reads it."""

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf.message import Message
from hallway.attendee.v1 import events_pb2 as attendee_events
from hallway.matchmaking.v1 import events_pb2 as matchmaking_events
from hallway.scheduling.v1 import events_pb2 as scheduling_events

from services.kit import topics
from services.kit.lifecycle import Service
from services.kit.topics import Topic

ROOT = Path(__file__).parents[2]
SERVICES = ("attendee", "matchmaking", "scheduling", "portal")
EVENTS = {"attendee": attendee_events, "matchmaking": matchmaking_events, "scheduling": scheduling_events}
TOPICS = list(topics.declared().values())


def service(name: str) -> Service:
    return importlib.import_module(f"services.{name}.app").SERVICE


def event_types() -> dict[str, str]:
    """Owner of every message of an events.proto, by full name."""
    return {
        m.full_name: owner for owner, file in EVENTS.items() for m in file.DESCRIPTOR.message_types_by_name.values()
    }


@pytest.mark.parametrize(("event", "owner"), event_types().items())
def test_an_event_is_in_exactly_one_topic_and_its_owner_has_it(event: str, owner: str):
    assert [t.owner for t in TOPICS if event in t.types] == [owner]


def test_topics_carry_events_alone():
    assert {name for topic in TOPICS for name in topic.types} == set(event_types())


@pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t.name)
def test_a_topic_is_named_after_its_owner_and_written_by_it_alone(topic: Topic):
    hallway, owner, _, version = topic.name.split(".")
    assert (hallway, owner, version) == ("hallway", topic.owner, "v1")
    assert topic.producers == (topic.owner,)
    assert topic.owner in SERVICES
    assert topic.key


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_subscribes_to_the_topics_it_is_declared_to_read_and_no_other(name: str):
    declared = {topic.name for topic in TOPICS if name in topic.consumers}
    subscribed = {topic for subscription in service(name).subscriptions for topic in subscription.topics}
    assert subscribed == declared


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_handles_every_event_of_the_topics_it_reads(name: str):
    told = {event for topic in TOPICS if name in topic.consumers for event in topic.types}
    assert {event for s in service(name).subscriptions for event in s.messages} == told


def test_consumer_groups_are_apart():
    groups = [subscription.group for name in SERVICES for subscription in service(name).subscriptions]
    assert len(groups) == len(set(groups))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_subscribes_has_a_topic_for_its_dead_letters(name: str):
    assert (f"hallway.{name}.dead-letter.v1" in topics.declared()) == bool(service(name).subscriptions)


@pytest.mark.parametrize("event", [m for file in EVENTS.values() for m in vars(file).values() if isinstance(m, type)])
def test_no_event_can_say_what_somebody_answered(event: type[Message]):
    fields: list[Any] = list(event.DESCRIPTOR.fields)
    seen: set[str] = set()
    while fields:
        field = fields.pop()
        assert "answer" not in field.name
        if field.message_type and field.message_type.full_name not in seen:
            seen.add(field.message_type.full_name)
            fields.extend(field.message_type.fields)


def test_the_file_holds_nothing_but_what_is_read_from_it():
    document = yaml.safe_load(topics.FILE.read_text())
    assert set(document) == {"topics"}
    known = {"owner", "key", "partitions", "retention_hours", "producers", "consumers", "types"}
    assert {name: set(fields) for name, fields in document["topics"].items()} == dict.fromkeys(
        document["topics"], known
    )
