"""Whatever changes, a whole conference's plan keeps every rule and every agreed meeting, by a checker of its own."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduling.engine.whole.plan import first_plan, improve, replan
from services.scheduling.engine.whole.problem import Conference, Meeting, Room, cost
from tests.plans import bit, problems

PEOPLE = 6
FORMATS = ["coffee", "lunch"]


@st.composite
def conferences(draw: st.DrawFn) -> Conference:
    days, slots = draw(st.integers(1, 2)), draw(st.integers(1, 4))
    usable = [day * (slots + 1) + slot for day in range(days) for slot in range(slots)]
    masks = st.sets(st.sampled_from(usable)).map(lambda chosen: sum(1 << slot for slot in chosen))
    everything = sum(1 << slot for slot in usable)
    some = st.just(everything) | masks
    rooms = st.builds(Room, st.integers(2, 3), st.frozensets(st.sampled_from(FORMATS), max_size=1), some)
    people = st.sets(st.integers(0, PEOPLE - 1), min_size=2, max_size=3).map(lambda s: tuple(sorted(s)))
    meetings = st.builds(Meeting, people, st.sampled_from(FORMATS), some)
    costs = st.lists(st.floats(0, 5), min_size=days * (slots + 1), max_size=days * (slots + 1))
    return Conference(
        days, slots, draw(st.lists(some, min_size=PEOPLE, max_size=PEOPLE)),
        draw(st.lists(rooms, min_size=1, max_size=3)), draw(st.lists(meetings, max_size=8)),
        {name: draw(costs) for name in FORMATS},
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(conferences(), st.integers(0, 5))
def test_first_and_better_plans_keep_the_rules_and_never_get_worse(conference, seed):
    state = first_plan(conference)
    first = list(state.plan)
    assert problems(conference, first) == []
    better = improve(state, (), seed, 300)
    assert problems(conference, better) == []
    assert problems(conference, state.plan) == []  # also while it is worked on
    assert cost(conference, better) <= cost(conference, first)
    assert better == improve(first_plan(conference), (), seed, 300)  # the same for the same seed


steps = st.lists(
    st.tuples(st.sampled_from(["close", "cancel", "new", "accept", "improve"]), st.integers(0, 50)), max_size=8
)


@settings(max_examples=200, deadline=None)
@given(conferences(), steps)
def test_no_sequence_of_changes_moves_an_agreed_meeting_unasked(conference, steps):
    plan = list(first_plan(conference).plan)
    for step, pick in steps:
        if step == "close" and conference.rooms:
            number = pick % len(conference.rooms)
            fewer = replace(conference.rooms[number], slots=conference.rooms[number].slots & ~(0b101 << pick % 8))
            rooms = [fewer if n == number else room for n, room in enumerate(conference.rooms)]
            conference = replace(conference, rooms=rooms)
        elif step == "cancel" and plan:
            gone = pick % len(plan)
            conference = replace(conference, meetings=[m for n, m in enumerate(conference.meetings) if n != gone])
            plan = [spot for n, spot in enumerate(plan) if n != gone]
        elif step == "new":
            late = Meeting((pick % PEOPLE, (pick + 1) % PEOPLE), "coffee", (1 << 20) - 1 & usable(conference))
            conference, plan = replace(conference, meetings=[*conference.meetings, late]), [*plan, None]
        elif step == "improve":
            fixed = {n for n, spot in enumerate(plan) if spot is not None}
            state = first_plan(
                conference, [spot if valid(conference, plan, n) else None for n, spot in enumerate(plan)]
            )
            assert problems(conference, improve(state, fixed, pick, 50)) == []
            continue
        result = replan(conference, plan)
        assert problems(conference, result.plan) == []
        for number, (old, new) in enumerate(zip(plan, result.plan, strict=True)):
            assert old is None or new in (old, None)  # never moved
            assert new is not None or old is None or not valid(conference, plan, number)  # lost only if it had to be
        for proposal in result.proposals:
            accepted = list(result.plan)
            accepted[proposal.agreed] = proposal.to
            if proposal.meeting is not None:
                accepted[proposal.meeting] = proposal.then
            assert problems(conference, accepted) == []  # each can be accepted by itself
            if step == "accept":
                result = replace(result, plan=accepted)
                break
        plan = list(result.plan)


def usable(conference: Conference) -> int:
    return sum(
        1 << day * (conference.slots + 1) + slot for day in range(conference.days) for slot in range(conference.slots)
    )


def valid(conference: Conference, plan: list, number: int) -> bool:
    """Whether that meeting alone could be where the plan has it."""
    alone = [spot if n == number else None for n, spot in enumerate(plan)]
    return not problems(conference, alone)


def test_the_checker_sees_each_rule_broken():
    rooms = [Room(2, frozenset({"coffee"}), 0b0011), Room(3, frozenset(), 0b1011)]
    meetings = [
        Meeting((0, 1), "coffee", 0b1011),
        Meeting((0, 2), "lunch", 0b1010),
        Meeting((3, 4, 5), "coffee", 0b1011),
    ]
    free = [0b1011] * 5 + [0b0010]
    conference = Conference(2, 2, free, rooms, meetings, {})
    assert bit(0b100, 2) and not bit(0b100, 1) and not bit(0b100, 9)
    assert problems(conference, [(0, 0), (1, 1), None]) == []
    assert problems(conference, [None, (0, 1), None]) == ["meeting 1 is at no time for lunch"]
    assert problems(conference, [(3, 0), None, None]) == ["meeting 0 is in room 0, which is closed"]
    assert problems(conference, [None, (1, 0), None]) == ["meeting 1 is in room 0, which is not for it"]
    assert problems(conference, [None, None, (1, 0)]) == ["meeting 2 is in room 0, which is not for it"]
    assert problems(conference, [None, None, (0, 1)]) == ["person 5 is not free in slot 0"]
    assert problems(conference, [(1, 1), (1, 1), None]) == [
        "room 1 is used twice in slot 1", "person 0 is in two meetings in slot 1",
    ]  # fmt: skip
    assert problems(conference, [(2, 0), None, None])[0] == "meeting 0 is outside of the days"
