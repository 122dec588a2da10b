"""Turns public data sets into the tables of the tie bench: `python -m bench.ties_data sigcomm|ht09 PATH --out DIR`.

sigcomm: the ARFF files of CRAWDAD thlab/sigcomm2009 (Pietilainen, Diot): T are Facebook friends before the conference,
P interests and where people work (not the country), X who was near whom by Bluetooth in at least 60 of the
conference's two-minute intervals. ht09: SocioPatterns' Hypertext 2009 contacts (Isella et al. 2011): K is the first
day, X at least a minute face to face later, among people seen on both; `candidates_new.csv` and `truth_new.csv`
leave out pairs that met on the first day. Neither set is part of this project.
"""

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import permutations
from pathlib import Path

NEAR_BINS, BIN_SECONDS = 60, 120
FIRST_DAY_ENDS, WINDOW_SECONDS, FACE_TO_FACE_SECONDS = 72_000, 20, 60
PROFILE_FIELDS = {"insitute": "institute", "city": "city"}

Pair = tuple[str, str]


def sigcomm(folder: Path, out: Path) -> None:
    """Writes ties.csv, profiles.csv and truth.csv."""
    people = {row[0] for row in arff(folder / "participants.arff")}
    friends = [row for row in arff(folder / "friends1.arff") if people.issuperset(row[:2])]
    table(
        out / "ties.csv", ("person", "other", "kind", "count", "month"), ((a, b, "friend", 1, "") for a, b in friends)
    )
    said = [
        (who, PROFILE_FIELDS[key], value)
        for who, key, value in arff(folder / "participants.arff")
        if key in PROFILE_FIELDS
    ]
    likes = [(who, "interest", group) for who, group in arff(folder / "interests1.arff") if who in people]
    table(out / "profiles.csv", ("person", "field", "value"), said + likes)
    bins: defaultdict[Pair, set[int]] = defaultdict(set)
    for seconds, a, b in arff(folder / "proximities_participants_only.arff"):
        if a != b and people.issuperset((a, b)):
            bins[min(a, b), max(a, b)].add(int(seconds) // BIN_SECONDS)
    pairs(out / "truth.csv", (pair for pair, seen in bins.items() if len(seen) >= NEAR_BINS))


def ht09(file: Path, out: Path) -> None:
    """Writes ties.csv (empty), contacts.csv, and candidates and truth: of all pairs, and of new ones."""
    first: Counter[Pair] = Counter()
    later: Counter[Pair] = Counter()
    for line in file.read_text().splitlines():
        seconds, a, b = line.split()
        (first if int(seconds) < FIRST_DAY_ENDS else later)[min(a, b), max(a, b)] += WINDOW_SECONDS
    present = sorted({p for pair in first for p in pair} & {p for pair in later for p in pair}, key=int)
    met = {pair for pair, seconds in later.items() if seconds >= FACE_TO_FACE_SECONDS and {*pair} <= {*present}}
    everybody = {(min(pair), max(pair)) for pair in permutations(present, 2)}
    table(out / "ties.csv", ("person", "other", "kind", "count", "month"), ())
    table(out / "contacts.csv", ("a", "b", "day", "seconds"), ((a, b, 1, s) for (a, b), s in first.items()))
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
