"""Nothing in the evidence shown to somebody could not be read by them anyway, whatever was imported from where."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matchmaking.domain.facts import Source, TieCount
from services.matchmaking.domain.suggestion import Evidence, Route, Suggestion, SuggestionState
from services.matchmaking.handlers.ports import Seeker
from services.matchmaking.handlers.reasons import give_reasons
from tests.pictures import HERE, World

NOW = datetime(2027, 5, 10, tzinfo=UTC)
PEOPLE = [UUID(int=n) for n in range(1, 7)]
OPEN, ALSO_OPEN, PRIVATE, ENDED, UNKNOWN = SOURCES = [UUID(int=n) for n in range(50, 55)]
READABLE = {OPEN: "the list", ALSO_OPEN: "the forum"}
KNOWN = {
    **{id: Source(id, HERE, name, public=True, withdrawn=False, version=1) for id, name in READABLE.items()},
    PRIVATE: Source(PRIVATE, HERE, "secret letters", public=False, withdrawn=False, version=1),
    ENDED: Source(ENDED, HERE, "old list", public=True, withdrawn=True, version=2),
}
positions = st.integers(0, len(PEOPLE) - 1)
pairs = st.tuples(positions, positions).filter(lambda p: p[0] < p[1]).map(lambda p: (PEOPLE[p[0]], PEOPLE[p[1]]))
public = st.builds(
    TieCount,
    st.sampled_from([OPEN, ALSO_OPEN]),
    st.sampled_from(["reply", "mention"]),
    st.sampled_from(["", "2027-01", "2027-02"]),
    st.integers(0, 5),
    st.integers(0, 5),
)
# A kind and a month that nothing public has: were one of them seen, it could only come from here.
secret = st.builds(
    TieCount,
    st.sampled_from([PRIVATE, ENDED, UNKNOWN]),
    st.sampled_from(["reply", "message"]),
    st.sampled_from(["", "2027-01", "1999-12"]),
    st.integers(0, 500),
    st.integers(0, 500),
)
interests = st.lists(st.sampled_from(["tea", "zines", "maps"]), unique=True, max_size=2).map(tuple)
# The last of them may have paused.
seekers = st.tuples(
    *(st.builds(Seeker, st.just(id), st.integers(0, 3), st.just(0), interests, st.just(())) for id in PEOPLE)
).flatmap(lambda all: st.sampled_from([all, all[:-1]]))


def shown(pair: tuple[UUID, UUID]) -> Suggestion:
    """An open suggestion that said nothing yet."""
    id = UUID(int=pair[0].int * 1_000 + pair[1].int)
    return Suggestion(id, HERE, pair, Route.TIE, (), "coffee", 0.7, SuggestionState.OPEN, NOW, 1)


worlds = st.builds(
    World,
    seekers=seekers,
    ties=st.dictionaries(pairs, st.lists(public | secret, min_size=1, max_size=5).map(tuple), max_size=8),
    sources=st.just(KNOWN),
    met=st.lists(pairs, max_size=2),
    open_on_ties=st.lists(pairs.map(shown), max_size=3, unique_by=lambda s: s.id),
)


def said(world: World) -> list[tuple[Suggestion, tuple[Evidence, ...]]]:
    """All reasons that anybody gets to see."""
    reasoned = world.reasoned(map(UUID, (f"{n:032x}" for n in count(10_000))).__next__)
    refreshed = [(s, reasoned.changed.get(s.id, s.evidence)) for s in world.open_on_ties]
    return [(s, s.evidence) for s in reasoned.new] + refreshed


def can_read(world: World, reader: UUID, pair: tuple[UUID, ...], reason: Evidence) -> bool:
    """Whether ``reader``, one of the pair, knows it already: they named the interest, or it can be counted by
    anybody in a public place."""
    if reason.interest:
        own = next((seeker.interests for seeker in world.seekers if seeker.id == reader), ())
        return reason == Evidence(interest=reason.interest) and reason.interest in own
    if READABLE.get(reason.source_id) != reason.source_name:  # type: ignore[arg-type]
        return False
    a, b = pair
    there = [c for c in world.ties.get((a, b), ()) if (c.source_id, c.kind) == (reason.source_id, reason.kind)]
    months = sorted(c.month for c in there if c.month) or [""]
    return (reason.first_to_second, reason.second_to_first, reason.first_month, reason.last_month) == (
        sum(c.a_to_b for c in there), sum(c.b_to_a for c in there), months[0], months[-1],
    )  # fmt: skip


@settings(deadline=None)  # the first example may compile the engine
@given(worlds)
def test_both_could_read_every_reason_they_are_shown(world: World):
    for suggestion, reasons in said(world):
        for reader in suggestion.attendee_ids:
            for reason in reasons:
                assert can_read(world, reader, suggestion.attendee_ids, reason)


@settings(deadline=None)
@given(worlds, st.data())
def test_what_is_said_does_not_depend_on_anything_private(world: World, data: st.DataObject):
    new = world.plan(map(UUID, (f"{n:032x}" for n in count(10_000))).__next__).new
    others = {
        pair: (
            *(c for c in counts if c.source_id in READABLE),
            *data.draw(st.lists(secret, max_size=3), label="other secrets"),
        )
        for pair, counts in world.ties.items()
    }
    budgets = [replace(seeker, budget=seeker.budget + 1, holds=1) for seeker in world.seekers]
    before = give_reasons(new, world.seekers, world.grounds())
    after = give_reasons(new, budgets, replace(world, ties=others).grounds())
    assert [s.evidence for s in after.new] == [s.evidence for s in before.new]
    assert after.changed == before.changed


@settings(deadline=None)
@given(worlds)
def test_ties_of_somebody_who_is_not_joined_count_for_nobody(world: World):
    joined = {seeker.id for seeker in world.seekers}
    among = {pair: counts for pair, counts in world.ties.items() if joined.issuperset(pair)}
    without = replace(world, ties=among, met=[pair for pair in world.met if joined.issuperset(pair)])
    numbers = [[(s.attendee_ids, s.weight, s.signals) for s in w.plan().new] for w in (world, without)]
    assert numbers[0] == numbers[1]


def test_a_private_source_counts_in_the_score_and_is_not_named():
    both = [Seeker(id, 1, 0, (), ()) for id in PEOPLE[:2]]
    letters = (TieCount(PRIVATE, "message", "1999-12", 9, 9),)
    little, much = (
        World(both, {(PEOPLE[0], PEOPLE[1]): counts}, KNOWN).reasoned().new[0]
        for counts in ((TieCount(OPEN, "reply", "", 1, 0),), (TieCount(OPEN, "reply", "", 1, 0), *letters))
    )
    assert much.weight > little.weight
    assert much.evidence == little.evidence == (Evidence(OPEN, "the list", "reply", 1, 0),)
