"""Reads protos/topics.yaml, the one declaration of topics."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

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
