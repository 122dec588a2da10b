"""Reads protos/topics.yaml, the one declaration of topics, and makes the topics it declares."""

import asyncio
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.kit import tls

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
    topics = {}
    for name, fields in yaml.safe_load(FILE.read_text())["topics"].items():
        topics[name] = Topic(name, **{k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()})  # type: ignore[arg-type]
    return topics


@cache
def topic_of(type_name: str) -> str:
    """The topic that carries events of this type; KeyError when none is declared."""
    for topic in declared().values():
        if type_name in topic.types:
            return topic.name
    raise KeyError(f"{type_name} is in no topic of {FILE.name}; declare it there")


async def create(bootstrap: str, replication: int = 1, tls_folder: Path | None = None) -> list[str]:
    """Creates the declared topics that are missing; returns their names."""
    safe = {"min.insync.replicas": "2"} if replication >= 3 else {}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **tls.kafka(tls_folder))
    await admin.start()
    try:
        there, new = await admin.list_topics(), []
        for topic in (topic for name, topic in declared().items() if name not in there):
            configs = {"retention.ms": str(topic.retention_hours * 3_600_000)} | safe
            new.append(NewTopic(topic.name, topic.partitions, replication, topic_configs=configs))
        for name, code, *rest in (await admin.create_topics(new)).topic_errors if new else ():
            if code not in (0, 36):  # 36: somebody else made it at the same time
                raise RuntimeError(f"topic {name} could not be made: error {code} {' '.join(map(str, rest))}")
        return [topic.name for topic in new]
    finally:
        await admin.close()


if __name__ == "__main__":
    made = asyncio.run(create(sys.argv[1], int(sys.argv[2]) if sys.argv[2:] else 1, *map(Path, sys.argv[3:])))
    print(f"{len(made)} topic(s) made, {len(declared()) - len(made)} were there")
