"""The tie bench: every figure worked by hand on lists of a few people, and tables that cannot be used."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench import ranking, ties
from bench.tie_baselines import Baselines
from bench.tie_tables import Wrong
from bench.ties_data import arff
from services.matchmaking.engine.strength import Rows

HEADERS = {
    "ties": "person,other,kind,count,month",
    "profiles": "person,field,value",
    "contacts": "a,b,day,seconds",
    "candidates": "person,candidate",
    "truth": "person,candidate",
}


def quality(scores: list[float], positive: list[int]) -> ranking.Quality:
    right = np.zeros(len(scores), bool)
    right[positive] = True
    return ranking.quality(np.array(scores, np.float64), right)


def test_recall_counts_positives_among_the_first_five():
    # Ranks 1, 5 and 7 are right: two of three are among the first five.
    found = quality([9, 8, 7, 6, 5, 4, 3], [0, 4, 6])
    assert [found.recall, found.capped, found.reciprocal_rank] == pytest.approx([2 / 3, 2 / 3, 1])


def test_capped_recall_asks_for_no_more_than_fits_in_five_places():
    found = quality([9, 8, 7, 6, 5, 4, 3, 2], [0, 1, 2, 3, 5, 6, 7])
    assert [found.recall, found.capped] == pytest.approx([4 / 7, 4 / 5])


def test_the_reciprocal_rank_is_that_of_the_first_positive():
    assert quality([9, 8, 7, 6], [2, 3]).reciprocal_rank == pytest.approx(1 / 3)


def test_equals_share_the_places_left():
    # One place is left for three equals, two of them right: 2/3 of a hit, beside the one above.
    found = quality([9, 8, 7, 6, 5, 5, 5, 1], [0, 4, 5])
    assert found.recall == pytest.approx((1 + 2 / 3) / 3)


def test_the_reciprocal_rank_of_equals_is_the_mean_over_their_orders():
    # One positive among three equals behind one other: (1/2 + 1/3 + 1/4) / 3.
    assert quality([9, 5, 5, 5], [1]).reciprocal_rank == pytest.approx((1 / 2 + 1 / 3 + 1 / 4) / 3)
    # Two of three: first at once in 2 of 3 orders, else second.
    assert quality([5, 5, 5], [0, 1]).reciprocal_rank == pytest.approx(2 / 3 * 1 + 1 / 3 * 1 / 2)


def test_auc_counts_pairs_in_order_and_half_of_equals():
    # Positives 8 and 5; others 9, 5 and 1. 8 beats two of three; 5 beats one and equals one.
    assert quality([9, 8, 5, 5, 1], [1, 2]).auc == pytest.approx((2 + 1.5) / 6)
    assert np.isnan(quality([1, 2], [0, 1]).auc)


def test_random_order_is_what_equal_scores_give():
    found = quality([0.0] * 10, [3])
    assert (found.recall, found.auc) == (0.5, 0.5)
    assert found.reciprocal_rank == pytest.approx(sum(1 / rank for rank in range(1, 11)) / 10)


def test_load_is_the_number_of_lists_somebody_is_in():
    lists = [np.array([0, 1]), np.array([0, 2]), np.array([0])]
    assert ranking.load(lists, 4) == {"largest": 3, "percentile_95": 3}
    assert ranking.load(lists[:1], 60) == {"largest": 1, "percentile_95": 0}


def test_intervals_enclose_the_mean_and_are_the_same_for_the_same_seed():
    qualities = [quality([5, 4, 3, 2, 1, 0], [at]) for at in (0, 1, 5, 5)]
    first, again = ranking.summary(qualities, 3), ranking.summary(qualities, 3)
    assert first == again
    assert first["recall_at_5"]["mean"] == 0.5  # type: ignore[index]
    low, high = first["recall_at_5"]["interval"]  # type: ignore[index]
    assert low < 0.5 < high


def test_a_gain_is_the_difference_for_the_same_people():
    better, worse = quality([2, 1], [0]), quality([2, 1], [1])
    assert ranking.gain([better, better], [worse, better], 0)["mrr"]["mean"] == 0.25  # type: ignore[index]


def test_reliability_compares_predictions_with_what_came_true():
    rows = ranking.reliability(np.array([0.05, 0.07, 0.62, 0.64]), np.array([False, True, True, True]))
    assert rows == [
        {"pairs": 2, "predicted": 0.06, "observed": 0.5},
        {"pairs": 2, "predicted": 0.63, "observed": 1.0},
    ]


def test_baselines_on_a_square_with_a_tail():
    # 0-1, 1-2, 2-3, 3-0 and 0-4: 1 and 3 have two common neighbours, 0 (degree 3) and 2 (degree 2).
    of = Baselines(5, Rows([0, 1, 2, 3, 0], [1, 2, 3, 0, 4], [4, 1, 1, 1, 1]), Rows()).of(np.array([1]), np.array([3]))
    assert {name: round(float(value[0]), 4) for name, value in of.items()} == {
        "random": 0,
        "popularity": 1.25,  # 2 messages where the mean tie has 1.6
        "count": 0,
        "common_neighbours": 2,
        "jaccard": 1,
        "adamic_adar": 2.3529,  # 1 / log(3) + 1 / log(2)
    }


def write(folder: Path, **tables: str) -> list[str]:
    options = []
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(f"{HEADERS[name]}\n{text}")
        options += [f"--{name}", str(folder / f"{name}.csv")]
    return [*options, "--out", str(folder / "out.csv")]


def run(folder: Path, **tables: str) -> dict:
    return ties.run(ties.options().parse_args(write(folder, **tables)))


def ranked(folder: Path) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for row in csv.DictReader((folder / "out.csv").open()):
        lists.setdefault(row["person"], []).append(row["candidate"])
    return lists


TIES = "ada,bo,reply,3,2026-01\nbo,ada,reply,2,\nbo,cy,reply,1,2026-02\ndi,cy,mention,2,2026-02\n"


def test_everybody_in_ties_and_profiles_is_ranked_for_everybody(tmp_path: Path):
    report = run(tmp_path, ties=TIES, profiles="ed,institute,here\n")
    assert (report["people"], report["pairs"]) == (5, 20)
    lists = ranked(tmp_path)
    assert lists["ada"][:2] == ["bo", "cy"]
    assert sorted(lists["ada"]) == ["bo", "cy", "di", "ed"]


def test_named_candidates_alone_are_ranked(tmp_path: Path):
    run(tmp_path, ties=TIES, candidates="ada,cy\nada,di\nada,ada\n")
    assert ranked(tmp_path) == {"ada": ["cy", "di"]}


def test_contacts_outrank_messages_and_stand_alone_where_there_are_no_ties(tmp_path: Path):
    run(tmp_path, ties=TIES, contacts="ada,di,1,3600\n")
    assert ranked(tmp_path)["ada"][0] == "di"
    run(tmp_path, ties="", contacts="ada,di,1,20\nada,di,1,40\n")
    assert ranked(tmp_path) == {"ada": ["di"], "di": ["ada"]}


def test_protected_fields_are_left_out_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    same = "ada,Gender,f\ndi,Gender,f\ned,Gender,m\n"
    report = run(tmp_path, ties="ada,bo,reply,1,\n", profiles=same)
    assert report["left_out"] == ["Gender"]
    scores = {row["candidate"]: row["score"] for row in csv.DictReader((tmp_path / "out.csv").open())}
    assert scores["di"] == "0"


def test_the_truth_adds_measures_of_every_method(tmp_path: Path):
    report = run(tmp_path, ties=TIES, contacts="ada,di,1,600\n", truth="ada,bo\nbo,ada\nada,nobody\n")
    assert (report["people_with_a_positive"], report["positives"]) == (2, 2)
    assert report["positives_that_are_no_candidates"] == 1
    assert report["methods"]["count"]["mrr"]["mean"] == 1.0
    assert set(report["gain_over"]) == {
        "random", "popularity", "count", "common_neighbours", "jaccard", "adamic_adar", "contact_time",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "complaint"),
    [
        ({"ties": "ada,bo,reply,many,\n"}, "ties.csv, row 2, count: 'many' is no number"),
        ({"ties": "ada,bo,reply,-1,\n"}, "row 2, count: '-1'"),
        ({"ties": "ada,bo,reply,nan,\n"}, "row 2, count: 'nan'"),
        ({"ties": "ada,bo,reply,1,May\n"}, "row 2, month: 'May' is not YYYY-MM"),
        ({"ties": ",bo,reply,1,\n"}, "row 2, person: empty"),
        ({"ties": "ada\n"}, "row 2, other: missing"),
        ({"ties": f"{'a' * 501},bo,reply,1,\n"}, "longer than 500"),
        ({"ties": TIES, "contacts": "ada,bo,1,long\n"}, "contacts.csv, row 2, seconds"),
        ({"ties": TIES, "truth": "x,y\n"}, "none of its pairs is among the candidates"),
    ],
)
def test_a_table_that_cannot_be_used_is_named_with_row_and_column(tmp_path: Path, tables: dict, complaint: str):
    with pytest.raises(Wrong, match=complaint.replace("(", r"\(")):
        run(tmp_path, **tables)


def test_a_missing_column_and_a_missing_file_are_named(tmp_path: Path):
    options = ties.options().parse_args(write(tmp_path, ties=TIES))
    options.ties.write_text("person,other\n")
    with pytest.raises(Wrong, match="no column kind, count, month"):
        ties.run(options)
    options.ties.unlink()
    with pytest.raises(Wrong, match="cannot be read"):
        ties.run(options)


def test_too_many_pairs_are_refused_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bench.tie_tables.PAIRS", 11)
    with pytest.raises(Wrong, match="--candidates"):
        run(tmp_path, ties=TIES)


def test_the_command_prints_one_object_and_fails_with_a_sentence(tmp_path: Path):
    def command(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "bench.ties", *options], capture_output=True, text=True)

    done = command(*write(tmp_path, ties=TIES, truth="ada,bo\n"))
    assert json.loads(done.stdout)["people"] == 4
    failed = command(*write(tmp_path, ties="ada,bo,reply,x,\n"))
    assert (failed.returncode, failed.stdout) == (2, "")
    assert "Traceback" not in failed.stderr


def test_arff_rows_start_after_the_data_line(tmp_path: Path):
    (tmp_path / "a.arff").write_text("% a comment, 1\n@relation r\n@attribute x numeric\n\n@DATA\n1,2\n\n3,4\n")
    assert list(arff(tmp_path / "a.arff")) == [["1", "2"], ["3", "4"]]
