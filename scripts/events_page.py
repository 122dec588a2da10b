"""Writes docs/events.md, the catalogue of events, from protos/topics.yaml and the comments of the contracts.

`make events` writes it; with --check it only says whether the page is what the contracts give.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

from services.kit.topics import Topic, declared

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "events.md"
HEAD = """\
# Events

Written by `make events` from `protos/topics.yaml` and the comments in `protos/hallway`; edit those.

An event is a fact in the past tense. It carries the resulting state, so a reader keeps the newest (`ce_sequence`)
and ignores what is older. Order is promised per key. The value is protobuf; the envelope is CloudEvents 1.0 in Kafka
headers: `ce_id`, `ce_type`, `ce_source`, `ce_subject`, `ce_time`, `ce_sequence`, `content-type`, `traceparent`.
Inside `v1` things are only added; see CONTRIBUTING for how to add an event.

## Topics

| topic | key | partitions | kept | written by | read by | events |
|---|---|---|---|---|---|---|
"""
MESSAGE, ENUM, FIELD, VALUE = 4, 5, 2, 2  # field numbers in descriptor.proto, of which comment paths consist


class Contract:
    """One .proto file with its comments."""

    def __init__(self, file: FileDescriptorProto) -> None:
        self.file = file
        self._comments = {
            tuple(at.path): " ".join((at.leading_comments or at.trailing_comments).split())
            for at in file.source_code_info.location
        }

    def comment(self, *path: int) -> str:
        """The comment above or beside what ``path`` points at, made safe for a table cell."""
        return self._comments.get(path, "").replace("|", "\\|")

    def events(self, topics: dict[str, str]) -> Iterator[str]:
        """A row for each event."""
        for i, message in enumerate(self.file.message_type):
            carries = ", ".join(_type(field) for field in message.field)
            topic = topics.get(f"{self.file.package}.{message.name}", "no topic")
            yield f"| {message.name} | {carries} | `{topic}` | {self.comment(MESSAGE, i)} |"

    def values(self) -> Iterator[str]:
        """A table for each message and enum."""
        for i, message in enumerate(self.file.message_type):
            yield f"\n### {message.name}\n\n{self.comment(MESSAGE, i)}\n\n| field | type | meaning |\n|---|---|---|"
            yield from self._fields(message, i)
        for i, enum in enumerate(self.file.enum_type):
            yield f"\n### {enum.name}\n\n{self.comment(ENUM, i)}\n\n| value | meaning |\n|---|---|"
            yield from self._values(enum, i)

    def _fields(self, message: DescriptorProto, i: int) -> Iterator[str]:
        for j, field in enumerate(message.field):
            yield f"| {field.name} | {_type(field)} | {self.comment(MESSAGE, i, FIELD, j)} |"

    def _values(self, enum: EnumDescriptorProto, i: int) -> Iterator[str]:
        for j, value in enumerate(enum.value):
            yield f"| {value.name} | {self.comment(ENUM, i, VALUE, j)} |"


def _type(field: FieldDescriptorProto) -> str:
    name = field.type_name.rsplit(".", 1)[-1] or FieldDescriptorProto.Type.Name(field.type)[5:].lower()
    return f"{name}, repeated" if field.label == FieldDescriptorProto.LABEL_REPEATED else name


def contracts() -> list[Contract]:
    """Every .proto file, compiled with its comments."""
    files = sorted(str(f.relative_to(ROOT / "protos")) for f in (ROOT / "protos" / "hallway").rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "descriptors"
        command = [sys.executable, "-m", "grpc_tools.protoc", "-Iprotos", "--include_source_info"]
        subprocess.run([*command, f"--descriptor_set_out={out}", *files], cwd=ROOT, check=True)
        return [Contract(file) for file in FileDescriptorSet.FromString(out.read_bytes()).file]


def _topic_row(topic: Topic) -> str:
    events = ", ".join(name.rsplit(".", 1)[-1] for name in topic.types) or "what could not be handled, as it came"
    readers, writers = ", ".join(topic.consumers) or "people, by command", ", ".join(topic.producers)
    kept = f"{topic.retention_hours // 24} days"
    return f"| `{topic.name}` | {topic.key} | {topic.partitions} | {kept} | {writers} | {readers} | {events} |"


def page() -> str:
    """The whole page."""
    topics = {name: topic.name for topic in declared().values() for name in topic.types}
    parts = [HEAD + "\n".join(map(_topic_row, declared().values()))]
    compiled = contracts()
    for told in (c for c in compiled if c.file.name.endswith("/events.proto")):
        parts.append(f"\n## {told.file.package}\n\n| event | carries | topic | |\n|---|---|---|---|")
        parts.extend(told.events(topics))
        for values in (c for c in compiled if c.file.name in told.file.dependency):
            parts.extend(values.values())
    lines = "\n".join(parts).splitlines()
    kept = [line for i, line in enumerate(lines) if line or (i and lines[i - 1])]
    return "\n".join(kept) + "\n"


def main() -> int:
    """Writes the page, or with --check compares it; returns the exit code."""
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page())
        return 0
    if PAGE.exists() and PAGE.read_text() == page():
        return 0
    print(f"{PAGE} is not what protos/ gives. Run: make events, and commit the result.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
