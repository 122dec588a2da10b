"""Reads protos/topics.yaml, the one declaration of topics, and makes the topics it declares."""

import asyncio
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

FILE = Path(__file__).parents[2] / "protos" / "topics.yaml"


@dataclass(frozen=True, slots=True)
class Topic:
    """One declared topic; ``types`` are protobuf full names."""

    name: str
    owner: str
    key: str
    partitions: int
    retention_hours: int
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    types: tuple[str, ...]


@cache
def declared() -> dict[str, Topic]:
    """All topics by name."""
    document = yaml.safe_load(FILE.read_text())["topics"]
    lists = ("producers", "consumers", "types")
    return {
        name: Topic(name, **{k: tuple(v) if k in lists else v for k, v in fields.items()})  # type: ignore[arg-type]
        for name, fields in document.items()
    }


@cache
def topic_of(type_name: str) -> str:
    """The topic that carries events of this type; KeyError when none is declared."""
    for topic in declared().values():
        if type_name in topic.types:
            return topic.name
    raise KeyError(f"{type_name} is in no topic of {FILE.name}; declare it there")


def dead_letter_topic(owner: str) -> str:
    """Where ``owner`` publishes what it could not handle."""
    return f"hallway.{owner}.dead-letter.v1"


def _new_topic(topic: Topic, replication: int, configs: bool) -> NewTopic:
    settings = {"retention.ms": str(topic.retention_hours * 3_600_000)}
    if replication >= 3:
        settings["min.insync.replicas"] = "2"
    return NewTopic(topic.name, topic.partitions, replication, topic_configs=settings if configs else {})


async def create(bootstrap: str, replication: int = 1) -> list[str]:
    """Creates the declared topics that are missing; returns their names."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        missing = [t for t in declared().values() if t.name not in there]
        if missing:
            response = await admin.create_topics([_new_topic(t, replication, configs=True) for t in missing])
            _raise_on_error(response)
        return [t.name for t in missing]
    finally:
        await admin.close()


def _raise_on_error(response: object) -> None:
    already_there = 36
    for name, code, *rest in response.topic_errors:  # type: ignore[attr-defined]
        if code not in (0, already_there):
            raise RuntimeError(f"topic {name} could not be made: error {code} {' '.join(map(str, rest))}")


if __name__ == "__main__":
    made = asyncio.run(create(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1))
    print(f"{len(made)} topic(s) made, {len(declared()) - len(made)} were there")
