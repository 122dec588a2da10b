"""Turns public data sets into the tables of the tie bench: `python -m bench.ties_data sigcomm|ht09 PATH --out DIR`.

sigcomm: the ARFF files of CRAWDAD thlab/sigcomm2009 (Pietilainen, Diot): T are Facebook friends before the conference,
P interests and where people work (not the country), X who was near whom by Bluetooth in at least 60 of the
conference's two-minute intervals. Beside that, as further tasks: K is the first day, `truth_later.csv` who was near
whom in at least 30 intervals after it (`truth_later_new.csv`: of pairs not seen on it), and `truth_befriended.csv`
who became friends in the application meanwhile.

ht09: SocioPatterns' Hypertext 2009 contacts (Isella et al. 2011): K is the first day, X at least a minute face to
face later, among people seen on both; `truth_new.csv` leaves out pairs that met on the first day.

Each truth but the first of sigcomm has its candidates beside it. Neither set is part of this project.
"""

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path

NEAR_BINS, NEAR_BINS_LATER, BIN_SECONDS, DAY_BINS = 60, 30, 120, 720
FIRST_DAY_ENDS, WINDOW_SECONDS, FACE_TO_FACE_SECONDS = 72_000, 20, 60
PROFILE_FIELDS = {"insitute": "institute", "city": "city"}
TIES, CONTACTS = ("person", "other", "kind", "count", "month"), ("a", "b", "day", "seconds")

Pair = tuple[str, str]


def sigcomm(folder: Path, out: Path) -> None:
    """Writes ties.csv, profiles.csv, contacts.csv, truth.csv, and the tables of the further tasks."""
    people = {row[0] for row in arff(folder / "participants.arff")}
    friends = [(a, b) for a, b in arff(folder / "friends1.arff") if people.issuperset((a, b))]
    table(out / "ties.csv", TIES, ((a, b, "friend", 1, "") for a, b in friends))
    said = [
        (who, PROFILE_FIELDS[key], value)
        for who, key, value in arff(folder / "participants.arff")
        if key in PROFILE_FIELDS
    ]
    likes = [(who, "interest", group) for who, group in arff(folder / "interests1.arff") if who in people]
    table(out / "profiles.csv", ("person", "field", "value"), said + likes)
    near = sightings(folder, people)
    pairs(out / "truth.csv", (pair for pair, bins in near.items() if len(bins) >= NEAR_BINS))
    later(near, out)
    befriended = {(min(row[:2]), max(row[:2])) for row in arff(folder / "friends2.arff") if people.issuperset(row[:2])}
    known = {(min(pair), max(pair)) for pair in friends}
    pairs(out / "candidates_befriended.csv", every_pair(people) - known)
    pairs(out / "truth_befriended.csv", befriended - known)


def sightings(folder: Path, people: set[str]) -> dict[Pair, set[int]]:
    """The two-minute intervals in which one of a pair's phones saw the other."""
    bins: defaultdict[Pair, set[int]] = defaultdict(set)
    for seconds, a, b in arff(folder / "proximities_participants_only.arff"):
        if a != b and people.issuperset((a, b)):
            bins[min(a, b), max(a, b)].add(int(seconds) // BIN_SECONDS)
    return bins


def later(near: dict[Pair, set[int]], out: Path) -> None:
    """The first day as contacts, the rest as truth."""
    first = {pair: sum(at < DAY_BINS for at in bins) for pair, bins in near.items()}
    seen = {pair: count for pair, count in first.items() if count}
    present = every_pair({person for pair in seen for person in pair})
    met = {pair for pair, bins in near.items() if len(bins) - first[pair] >= NEAR_BINS_LATER} & present
    table(out / "contacts.csv", CONTACTS, ((a, b, 1, count * BIN_SECONDS) for (a, b), count in seen.items()))
    pairs(out / "candidates_later.csv", present)
    pairs(out / "truth_later.csv", met)
    pairs(out / "candidates_later_new.csv", present - seen.keys())
    pairs(out / "truth_later_new.csv", met - seen.keys())


def ht09(file: Path, out: Path) -> None:
    """Writes ties.csv (empty), contacts.csv, and candidates and truth: of all pairs, and of new ones."""
    first: Counter[Pair] = Counter()
    rest: Counter[Pair] = Counter()
    for line in file.read_text().splitlines():
        seconds, a, b = line.split()
        (first if int(seconds) < FIRST_DAY_ENDS else rest)[min(a, b), max(a, b)] += WINDOW_SECONDS
    everybody = every_pair({p for pair in first for p in pair} & {p for pair in rest for p in pair})
    met = {pair for pair, seconds in rest.items() if seconds >= FACE_TO_FACE_SECONDS} & everybody
    table(out / "ties.csv", TIES, ())
    table(out / "contacts.csv", CONTACTS, ((a, b, 1, seconds) for (a, b), seconds in first.items()))
    pairs(out / "candidates.csv", everybody)
    pairs(out / "truth.csv", met)
    pairs(out / "candidates_new.csv", everybody - first.keys())
    pairs(out / "truth_new.csv", met - first.keys())


def arff(path: Path) -> Iterator[list[str]]:
    """The rows after @data."""
    data = False
    for line in path.read_text().splitlines():
        if data and line.strip():
            yield line.strip().split(",")
        data = data or line.strip().lower() == "@data"


def every_pair(people: set[str]) -> set[Pair]:
    """Each pair once, the smaller name first."""
    return set(combinations(sorted(people), 2))


def pairs(path: Path, found: Iterable[Pair]) -> None:
    """person,candidate in both directions."""
    table(path, ("person", "candidate"), sorted(row for a, b in found for row in ((a, b), (b, a))))


def table(path: Path, header: tuple[str, ...], rows: Iterable[Iterable[object]]) -> None:
    """A CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(header)
        out.writerows(rows)


def main() -> int:
    """Exit 1 when the data is not there."""
    parser = argparse.ArgumentParser(prog="python -m bench.ties_data", description=__doc__.splitlines()[0])
    parser.add_argument("set", choices=("sigcomm", "ht09"))
    parser.add_argument("path", type=Path, help="sigcomm: the folder of ARFF files; ht09: the file tij_HT09.dat")
    parser.add_argument("--out", type=Path, required=True, help="folder of the tables; made if it is not there")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    try:
        {"sigcomm": sigcomm, "ht09": ht09}[chosen.set](chosen.path, chosen.out)
    except OSError as error:
        print(f"{chosen.path}: {error.strerror}; see the first lines of bench/ties_data.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
