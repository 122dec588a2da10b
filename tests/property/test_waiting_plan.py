"""Sessions that are planned together keep every rule among what is there, by a checker that shares no code with it."""

from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduling.domain.formats import FORMATS
from services.scheduling.domain.session import Spot
from services.scheduling.engine.instant import Group, find_spot
from services.scheduling.engine.whole.waiting import plan_waiting
from tests.worlds import MINUTES, PEOPLE, World, check_all, check_one, worlds

groups = st.lists(
    st.tuples(
        st.sets(st.sampled_from(PEOPLE), min_size=2, max_size=3),
        st.sampled_from(["coffee", "coffee", *sorted(MINUTES)]),
    ).map(lambda drawn: Group(tuple(sorted(drawn[0])), FORMATS[drawn[1]])),
    max_size=8,
)  # fmt: skip


def plain(world: World) -> bool:
    """Nothing is far away, and one clock is enough: the planner need not allow too little."""
    return world.walk in (None, 0) and not any(place.time_zone for place in world.places)


@settings(max_examples=100, deadline=None)
@given(worlds(), groups, groups, st.integers(0, 3))
def test_planned_together_no_session_breaks_a_rule_or_touches_what_is_agreed(world, agreed, waiting, seed):
    for group in agreed:
        spot = find_spot(world.model(), group)
        if isinstance(spot, Spot):
            world.sessions[uuid4()] = group, spot
    alone = find_spot(world.model(), waiting[0]) if len(waiting) == 1 and plain(world) else None
    found = plan_waiting(world.model(), dict(enumerate(waiting)), seed, 100)
    assert found == plan_waiting(world.model(), dict(enumerate(waiting)), seed, 100)  # the same for the same seed
    for number, (place_id, during) in found.items():
        (place,) = (place for place in world.places if place.id == place_id)
        spot = Spot(place, 1, during)
        check_one(world, waiting[number], spot)
        world.sessions[uuid4()] = waiting[number], spot
    check_all(world)
    assert not isinstance(alone, Spot) or found  # one that could be placed is
