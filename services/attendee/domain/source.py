"""A source: one import of online conversation, and what was found in it."""

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.attendee.domain.text import Problems, shown
from services.kit.errors import Invalid

# Which handles name the people of an archive of this network.
HANDLES_OF = {
    **{name: name for name in ("bluesky", "discord", "discourse", "github", "irc", "linkedin", "mastodon", "matrix")},
    **{name: name for name in ("reddit", "x")},
    **dict.fromkeys(("csv", "mbox", "slack", "wordpress", "zulip"), "mailto"),
}
_NETWORK = re.compile(r"[a-z][a-z0-9-]{0,29}")


class Visibility(StrEnum):
    """Public: anybody could read it, so it may be evidence. Private: counts in the score only."""

    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class SourceHeader:
    """Which source is meant: known by conference, network and name."""

    conference_id: UUID
    network: str
    name: str
    visibility: Visibility


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """Messages read, interactions between two attendees, and those where one side is not known."""

    messages: int = 0
    interactions: int = 0
    unresolved: int = 0
    ties: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A source with what its last import found."""

    id: UUID
    header: SourceHeader
    figures: SourceFigures
    version: int = 1


def read_header(conference_id: UUID, network: str, name: str, visibility: Visibility | None) -> SourceHeader:
    """The header as sent; raises Invalid with everything that is wrong with it."""
    problems = Problems()
    if not _NETWORK.fullmatch(network):
        problems.add("network", f"network {shown(network)} is not a short lower-case name such as irc")
    name = problems.text("name", name, 100)
    if visibility is None:
        problems.add("visibility", "visibility is not given; say public or private")
    if problems.found or visibility is None:
        raise Invalid.all(problems.found)
    return SourceHeader(conference_id, network, name, visibility)
