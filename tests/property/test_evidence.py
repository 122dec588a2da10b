"""Nothing in the evidence shown to somebody could not be read by them anyway, whatever was imported from where."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.matchmaking.domain.facts import Source, TieCount
from services.matchmaking.domain.suggestion import Evidence, Route, Suggestion, SuggestionState
from services.matchmaking.handlers.plan import make_plan
from services.matchmaking.handlers.ports import Picture, Seeker

NOW = datetime(2027, 5, 10, tzinfo=UTC)
HERE = UUID(int=99)
PEOPLE = [UUID(int=n) for n in range(1, 7)]
OPEN, PRIVATE, ENDED, UNKNOWN = SOURCES = [UUID(int=n) for n in range(50, 54)]
KNOWN = {
    OPEN: Source(OPEN, HERE, "the list", public=True, withdrawn=False, version=1),
    PRIVATE: Source(PRIVATE, HERE, "secret letters", public=False, withdrawn=False, version=1),
    ENDED: Source(ENDED, HERE, "old list", public=True, withdrawn=True, version=2),
}
positions = st.integers(0, len(PEOPLE) - 1)
pairs = st.tuples(positions, positions).filter(lambda p: p[0] < p[1]).map(lambda p: (PEOPLE[p[0]], PEOPLE[p[1]]))
counts = st.builds(
    TieCount,
    st.sampled_from(SOURCES),
    st.sampled_from(["reply", "mention"]),
    st.sampled_from(["", "2027-01", "2027-02"]),
    st.integers(0, 5),
    st.integers(0, 5),
)
interests = st.lists(st.sampled_from(["tea", "zines", "maps"]), unique=True, max_size=2).map(tuple)
seekers = st.tuples(
    *(st.builds(Seeker, st.just(id), st.integers(0, 3), st.just(0), interests, st.just(())) for id in PEOPLE)
)


def shown(pair: tuple[UUID, UUID]) -> Suggestion:
    """An open suggestion that said nothing yet."""
    id = UUID(int=pair[0].int * 1_000 + pair[1].int)
    return Suggestion(id, HERE, pair, Route.TIE, (), "coffee", 0.7, SuggestionState.OPEN, NOW, 1)


pictures = st.builds(
    Picture,
    conference_id=st.just(HERE),
    ends_at=st.none(),
    seekers=seekers,
    ties=st.dictionaries(pairs, st.lists(counts, min_size=1, max_size=4).map(tuple), max_size=8),
    sources=st.just(KNOWN),
    spent=st.just(()),
    met=st.lists(pairs, max_size=2),
    open_on_ties=st.lists(pairs.map(shown), max_size=3, unique_by=lambda s: s.id),
)


def said(picture: Picture) -> dict[tuple[UUID, ...], tuple[Evidence, ...]]:
    """All reasons that anybody gets to see, by pair."""
    plan = make_plan(picture, NOW, 72, iter(map(UUID, (f"{n:032x}" for n in range(1, 999)))).__next__)
    pair_of = {s.id: s.attendee_ids for s in picture.open_on_ties}
    return {
        **{s.attendee_ids: s.evidence for s in plan.new},
        **{pair_of[id]: reasons for id, reasons in plan.evidence.items()},
    }


@given(pictures)
def test_only_what_both_wrote_in_public_or_both_named_is_said(picture: Picture):
    likes = {seeker.id: seeker.interests for seeker in picture.seekers}
    for (a, b), reasons in said(picture).items():
        for reason in reasons:
            if reason.interest:
                assert reason.interest in likes[a]
                assert reason.interest in likes[b]
                continue
            assert (reason.source_id, reason.source_name) == (OPEN, "the list")
            there = [c for c in picture.ties[a, b] if (c.source_id, c.kind) == (OPEN, reason.kind)]
            assert reason.first_to_second == sum(c.a_to_b for c in there)
            assert reason.second_to_first == sum(c.b_to_a for c in there)
            assert {reason.first_month, reason.last_month} <= {c.month for c in there} | {""}


@given(pictures)
def test_what_is_said_of_a_pair_is_the_same_without_everything_private(picture: Picture):
    public = {pair: tuple(c for c in of if c.source_id == OPEN) for pair, of in picture.ties.items()}
    before, after = said(picture), said(replace(picture, ties=public))
    for pair in before.keys() & after.keys():
        if before[pair] != after[pair]:
            # A pair may be suggested for its tie in one and by another route in the other: then the one has the more
            # to say, and nothing that the tie does not say in public.
            longer, shorter = sorted((before[pair], after[pair]), key=len, reverse=True)
            assert set(shorter) <= set(longer)
            assert all(reason.interest or reason.source_id == OPEN for reason in longer)
