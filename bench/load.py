"""What the benches send: a conference's people and pairs of them, the same in every run."""

import random
from collections.abc import Iterator

from hallway.attendee.v1 import attendee_pb2, service_pb2

CONFERENCE = service_pb2.CreateConferenceRequest(
    slug="bench", name="Bench", time_zone="UTC", starts_on="2030-05-07", ends_on="2030-05-09"
)
AT_ONCE = 10_000  # what RecordInteractions takes at the most


def people(conference_id: str, count: int) -> Iterator[service_pb2.RegisterAttendeesRequest]:
    """Registers ``count`` people who have joined, in requests of some thousands."""
    for at in range(0, count, 5_000):
        registrations = [
            service_pb2.Registration(
                ticket=f"T{number}", name=f"Person {number}", email=f"person{number}@example.org", joined=True
            )
            for number in range(at, min(at + 5_000, count))
        ]
        yield service_pb2.RegisterAttendeesRequest(conference_id=conference_id, registrations=registrations)


def pairs(attendees: int, count: int) -> list[int]:
    """Numbers of ``count`` different pairs of so many people."""
    most = attendees * (attendees - 1) // 2
    if count > most:
        raise ValueError(f"{attendees} people have {most} pairs; register more for {count}")
    return random.Random(1).sample(range(most), count)


def interactions(number: int) -> int:
    """How often the people of a pair turned to each other."""
    return 1 + number % 9


def ties(
    conference_id: str, attendee_ids: list[str], count: int, at_once: int = AT_ONCE
) -> Iterator[service_pb2.RecordInteractionsRequest]:
    """``count`` pairs in an order nobody could guess, each once: so many tie changes."""
    chosen = pairs(len(attendee_ids), count)
    for at in range(0, count, at_once):
        counts = [_count(attendee_ids, number) for number in chosen[at : at + at_once]]
        yield service_pb2.RecordInteractionsRequest(
            conference_id=conference_id, network="irc", source_name="bench",
            visibility=attendee_pb2.VISIBILITY_PUBLIC, counts=counts,
        )  # fmt: skip


def _count(attendee_ids: list[str], number: int) -> service_pb2.PairCount:
    """The pair of this number, counting down the rows of a triangle of all pairs."""
    higher = int((1 + (1 + 8 * number) ** 0.5) / 2)
    lower = number - higher * (higher - 1) // 2
    return service_pb2.PairCount(
        actor_id=attendee_ids[higher],
        target_id=attendee_ids[lower],
        kind="reply",
        month="2030-01",
        count=interactions(number),
    )
