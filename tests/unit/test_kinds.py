"""Kinds of interactions: all have a weight, and what is private or a mere click is never a reason that people see."""

from uuid import UUID

import pytest

from services.attendee.domain.tie import KINDS as COUNTED
from services.matchmaking.domain.evidence import evidence
from services.matchmaking.domain.facts import Source, TieCount
from services.matchmaking.domain.kinds import KINDS, NO_REASON

SOURCE = Source(UUID(int=1), UUID(int=2), "the forum", True, False, 1)
SHOWN = ["reply", "mention", "comment", "review"]


def test_every_weight_is_of_a_kind_that_is_counted():
    assert set(KINDS) <= set(COUNTED)
    assert set(SHOWN) | NO_REASON == set(COUNTED)


@pytest.mark.parametrize("kind", COUNTED)
def test_only_conversation_that_others_could_read_is_a_reason(kind):
    found = evidence([TieCount(SOURCE.id, kind, "2026-03", 3, 1)], {SOURCE.id: SOURCE})
    assert [reason.kind for reason in found] == ([kind] if kind in SHOWN else [])
