"""The optimizer's plans are valid by a checker of their own, optimal against exhaustive search, and anytime."""

import json
from itertools import count, product

import pytest
from ortools.sat.python import cp_model

from bench import dzn, scheduling
from bench.plain_cpsat import plan as plain_plan
from services.scheduling.engine.breaks_model import plans_within
from services.scheduling.engine.meetings import Meeting, Problem, breaks_of, least_breaks
from services.scheduling.engine.optimize import ASKING, Optimizer, Plan, Status
from tests import b2b


def instance(people=4, slots=4, mornings=2, tables=2, requested=(), forbidden=None, fixed=None, before=None) -> str:
    sets = [", ".join(map(str, (forbidden or {}).get(p, [0]))) for p in range(1, people + 1)]
    order = [", ".join(map(str, (before or {}).get(m, []))) for m in range(1, len(requested) + 1)]
    return f"""nBusiness = {people};
nMeetings = {len(requested)};
nTables = {tables};
nTotalSlots = {slots};
nMorningSlots = {mornings};

requested = [{"".join(f"|{a}, {b},{k}, " for a, b, k in requested)}|];
forbidden = [{", ".join("{" + s + "}" for s in sets)}];
fixed = [{",".join(str((fixed or {}).get(m, 0)) for m in range(1, len(requested) + 1))}];
precedences = [{", ".join("{" + s + "}" for s in order)}];
"""


def solve(text: str, seconds: float = 20, **options) -> Plan:
    ticks = count()  # a clock that hardly moves: nothing here depends on the machine's speed
    return Optimizer(dzn.parse(text), lambda: next(ticks) / 1e6, **options).run(seconds)


def printed(plan: Plan) -> list[int]:
    assert plan.slots is not None
    return [slot + 1 for slot in plan.slots]


def fewest_by_trying_all(text: str) -> int | None:
    problem = dzn.parse(text)
    plans = product(*([slot + 1 for slot in meeting.slots] for meeting in problem.meetings))
    return min((sum(b2b.breaks(text, list(p))) for p in plans if not b2b.problems(text, list(p))), default=None)


TRIANGLE = [(1, 2, 3), (2, 3, 3), (1, 3, 3)]
CASES = {
    "a triangle fits three slots": instance(slots=3, requested=TRIANGLE),
    "one table makes people wait": instance(slots=4, tables=1, requested=[*TRIANGLE, (3, 4, 3)]),
    "morning and afternoon apart": instance(
        slots=5, mornings=2, requested=[(1, 2, 1), (1, 3, 2), (2, 3, 2), (1, 4, 2)]
    ),
    "a forbidden slot breaks a day": instance(slots=4, requested=[*TRIANGLE, (1, 4, 3)], forbidden={1: [2], 3: [1, 4]}),
    "fixed far apart": instance(slots=5, requested=[*TRIANGLE, (2, 4, 3)], fixed={1: 1, 2: 5}),
    "three breaks are unfair": instance(
        people=5, slots=7, requested=[(1, 2, 3), (1, 3, 3), (1, 4, 3), (1, 5, 3)], fixed={1: 1, 2: 3, 3: 5, 4: 7}
    ),
    "three breaks are fair when all have one": instance(
        people=6,
        slots=7,
        tables=3,
        requested=[(1, 2, 3), (1, 3, 3), (1, 4, 3), (1, 5, 3), (2, 6, 3), (3, 6, 3), (4, 6, 3), (5, 6, 3)],
        fixed={1: 1, 2: 3, 3: 5, 4: 7, 5: 3, 6: 1, 7: 7, 8: 5},
    ),
    "order kept": instance(slots=4, requested=[*TRIANGLE, (3, 4, 3)], before={1: [4], 3: [1]}),
    "a circle of orders": instance(slots=4, requested=TRIANGLE, before={1: [2], 2: [3], 3: [1]}),
    "no slot left for a meeting": instance(slots=2, requested=TRIANGLE[:1], forbidden={1: [1], 2: [2]}),
    "fixed where forbidden": instance(requested=TRIANGLE, forbidden={1: [1]}, fixed={1: 1}),
    "too few slots": instance(slots=2, requested=TRIANGLE),
    "too few tables": instance(slots=2, tables=1, requested=[(1, 2, 3), (3, 4, 3), (1, 3, 3)]),
    "nobody to wait for": instance(people=2, requested=[(1, 2, 3)]),
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_the_optimum_is_what_trying_all_plans_gives(text):
    fewest, plan = fewest_by_trying_all(text), solve(text)
    if fewest is None:
        assert plan.status is Status.INFEASIBLE
        assert plan.slots is None
    else:
        assert (plan.status, plan.breaks, plan.bound) == (Status.OPTIMAL, fewest, fewest)
        assert b2b.problems(text, printed(plan)) == []


def test_the_peer_agrees():
    text = CASES["one table makes people wait"]
    assert plain_plan(dzn.parse(text), lambda: 0.0, 20, 1).breaks == fewest_by_trying_all(text)


def test_one_worker_and_a_seed_give_the_same_plan_again():
    text = instance(people=8, slots=8, tables=3, requested=[(a, b, 3) for a in range(1, 9) for b in range(1, a)][:20])
    assert solve(text, workers=1, seed=7).slots == solve(text, workers=1, seed=7).slots


def test_a_search_that_is_stopped_keeps_its_best_plan():
    text = CASES["fixed far apart"]
    optimizer = Optimizer(dzn.parse(text), lambda: 0.0, found=lambda plan: optimizer.stop())
    plan = optimizer.run(20)
    assert b2b.problems(text, printed(plan)) == []


def test_where_no_question_is_answered_the_plan_at_hand_is_bettered(monkeypatch):
    # 20 people around a table, each to meet both neighbours: the first plans are far from having no break at all.
    text = instance(people=20, slots=6, tables=7, requested=[(n, n % 20 + 1, 3) for n in range(1, 21)])
    ask = Optimizer._ask

    def unanswered(self, model, effort=1.0, searches=ASKING):
        return Status.UNKNOWN if searches is ASKING else ask(self, model, effort, searches)

    monkeypatch.setattr(Optimizer, "_ask", unanswered)
    found: list[Plan] = []
    plan = solve(text, found=found.append)
    assert found[0].breaks != 0
    assert found[-1].breaks == plan.breaks == plan.bound == 0
    assert b2b.problems(text, printed(plan)) == []


@pytest.mark.parametrize("text", [text for text in CASES.values() if fewest_by_trying_all(text) is not None])
def test_plans_with_few_breaks_each_are_all_but_those_in_which_everybody_has_one_and_somebody_three(text):
    problem = dzn.parse(text)
    fewest = {}
    for few_each in (False, True):
        model = plans_within(problem, 30, minimize=True, few_each=few_each)
        solver = cp_model.CpSolver()
        status = solver.solve(model.cp)
        fewest[few_each] = round(solver.objective_value) if status == cp_model.OPTIMAL else None
    assert fewest[False] == fewest_by_trying_all(text)
    everybody_has_one = text == CASES["three breaks are fair when all have one"]
    assert fewest[True] == (None if everybody_has_one else fewest[False])


def test_without_time_nothing_is_claimed():
    assert solve(CASES["order kept"], seconds=0) == Plan(Status.UNKNOWN, bound=0)


def test_breaks_are_runs_of_idle_slots_between_the_first_and_the_last_meeting():
    assert [breaks_of(busy) for busy in ({2, 3}, {1, 3}, {1, 5, 6, 9}, set())] == [0, 1, 2, 0]


def test_least_breaks_sees_what_is_certain_and_what_is_closed():
    meetings = tuple(Meeting((0, n), s) for n, s in ((1, (0,)), (2, (2, 3)), (3, (5,))))
    assert least_breaks(Problem(4, 6, 1, meetings), 0) == 2


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("nTables = 2;", "", "nTables is missing"),
        ("nTables = 2;", "nTables = many;", "nTables: expected a number"),
        ("|2, 3,3, ", "|2, 3, ", "requested, row 2: expected 3 numbers, found 2"),
        ("|2, 3,3, ", "|2, 9,3, ", "requested, row 2: expected two people of 1 to 4"),
        ("|2, 3,3, ", "", "requested: expected nMeetings = 3 rows, found 2"),
        ("fixed = [0,", "fixed = [", "fixed: expected 3 entries, found 2"),
        ("fixed = [0,", "fixed = [x,", "fixed, row 1: 'x' is not a number"),
        ("precedences = [{}", "precedences = [{8}", "precedences, row 1: there is no meeting 8"),
        ("forbidden = [{0}, ", "forbidden = [", "forbidden: expected 4 entries, found 3"),
    ],
)
def test_a_bad_file_is_refused_with_field_and_row(old, new, complaint):
    with pytest.raises(dzn.BadInstance, match=complaint):
        dzn.parse(instance(slots=3, requested=TRIANGLE).replace(old, new))


def test_the_bench_prints_a_plan_that_a_checker_accepts(tmp_path, capsys):
    text = CASES["order kept"]
    (tmp_path / "small.dzn").write_text(text)
    assert scheduling.main(["--instance", str(tmp_path / "small.dzn"), "--seconds", "60"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert b2b.problems(text, shown["slots"]) == []
    assert (shown["instance"], shown["status"], shown["breaks"]) == (
        "small",
        "optimal",
        fewest_by_trying_all(text),
    )


def test_the_bench_compares_a_folder_with_the_peer(tmp_path, capsys):
    (tmp_path / "small.dzn").write_text(CASES["a triangle fits three slots"])
    assert scheduling.main(["--folder", str(tmp_path), "--seconds", "60", "--peer"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["instances"]
    assert (row["optimizer"]["breaks"], row["plain"]["breaks"]) == (1, 1)


def test_the_bench_goes_on_where_it_was_stopped(tmp_path, capsys):
    (tmp_path / "small.dzn").write_text(CASES["a triangle fits three slots"])
    rows = tmp_path / "rows.jsonl"
    command = ["--folder", str(tmp_path), "--seconds", "60", "--rows", str(rows)]
    assert scheduling.main(command) == 0
    whole = capsys.readouterr().out
    assert len(rows.read_text().splitlines()) == 1
    (tmp_path / "small.dzn").write_text("unreadable by now, and not read again")
    assert scheduling.main(command) == 0
    assert capsys.readouterr().out == whole
    assert scheduling.main([*command[:3], "59", *command[4:]]) == 2  # another limit is another table


def test_the_bench_says_what_is_wrong_with_a_file(tmp_path, capsys):
    (tmp_path / "bad.dzn").write_text("nMeetings = 1;")
    assert scheduling.main(["--instance", str(tmp_path / "bad.dzn")]) == 2
    assert "nBusiness is missing" in capsys.readouterr().err


def test_the_checker_sees_each_broken_rule():
    text = instance(
        slots=4,
        tables=1,
        requested=[(1, 2, 1), (1, 3, 3), (3, 4, 3)],
        forbidden={4: [4]},
        fixed={2: 2},
        before={2: [1]},
    )
    assert b2b.problems(text, [1, 2, 3]) == []
    assert b2b.problems(text, [1, 2]) == ["not a slot for each meeting"]
    assert b2b.problems(text, [3, 2, 1]) == ["meeting 1 may not be in slot 3", "meeting 2 is not after 1"]
    assert b2b.problems(text, [1, 3, 4]) == ["meeting 2 is fixed in another slot", "meeting 3 may not be in slot 4"]
    assert b2b.problems(text, [1, 2, 2]) == ["slot 2 has 2 meetings", "meetings 2 and 3 share a person and a slot"]
    assert b2b.problems(CASES["three breaks are unfair"], [1, 3, 5, 7]) == ["unfair"]
