"""Does the IRC importer see who answered whom? Compares it with hand-made links.

`python -m bench.irc PATH`: PATH holds X.ascii.txt (a log) beside X.annotation.txt, whose lines "a b -" say
that line b answers line a (0-based; a = b starts a conversation). What is compared are the distinct directed
pairs of nicks of each file, added up over the files; answers to oneself do not count. The lines before the
annotated part are heard, so that its nicks are known, but not judged.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.attendee.importers import Tally
from services.attendee.importers.irc import Channel
from services.attendee.importers.irc_line import What, parse

FIRST_ANNOTATED = 1_000

Pairs = set[tuple[str, str]]


@dataclass(slots=True)
class Score:
    """Distinct directed pairs: linked by hand, found by the importer, and both."""

    files: int = 0
    pairs: int = 0
    found: int = 0
    right: int = 0

    def add(self, gold: Pairs, found: Pairs) -> None:
        """Count one file."""
        self.files += 1
        self.pairs += len(gold)
        self.found += len(found)
        self.right += len(gold & found)

    def report(self) -> dict[str, float | int]:
        """The JSON object."""
        return {
            "precision": round(self.right / self.found, 4) if self.found else 0.0,
            "recall": round(self.right / self.pairs, 4) if self.pairs else 0.0,
            "pairs": self.pairs,
            "found": self.found,
            "right": self.right,
            "files": self.files,
        }


def gold_pairs(log: Sequence[bytes], annotation: str) -> Pairs:
    """(who answered, whom) for every link between lines that two different people said."""
    pairs = set()
    for row in annotation.splitlines():
        first, second = sorted(int(number) for number in row.split()[:2])
        asked, answered = parse(log[first]), parse(log[second])
        if asked and answered and asked.what is answered.what is What.SAID and asked.nick != answered.nick:
            pairs.add((answered.nick, asked.nick))
    return pairs


def found_pairs(log: Sequence[bytes]) -> Pairs:
    """The same as the importer sees it in the annotated part."""
    channel, pairs = Channel(Tally()), set()
    for number, raw in enumerate(log):
        line = parse(raw)
        interactions = channel.hear(line, "") if line else []
        if number >= FIRST_ANNOTATED:
            pairs |= {(seen.actor, seen.target) for seen in interactions}
    return pairs


def measure(folder: Path) -> Score:
    """Score all annotated logs of a folder."""
    score = Score()
    for file in sorted(folder.glob("*.ascii.txt")):
        annotation = file.with_name(file.name.replace(".ascii.txt", ".annotation.txt"))
        if not annotation.exists():
            print(f"{file.name}: no {annotation.name} beside it, left out", file=sys.stderr)
            continue
        log = file.read_bytes().split(b"\n")
        score.add(gold_pairs(log, annotation.read_text()), found_pairs(log))
        print(f"{file.name}: {score.report()} so far", file=sys.stderr)
    return score


def main() -> int:
    """Exit 0 only if links were compared."""
    parser = argparse.ArgumentParser(prog="python -m bench.irc", description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path, help="folder of X.ascii.txt and X.annotation.txt")
    score = measure(parser.parse_args().path)
    print(json.dumps(score.report()))
    if not score.pairs:
        print("nothing was measured: no linked lines in X.ascii.txt + X.annotation.txt there", file=sys.stderr)
    return 0 if score.pairs else 1


if __name__ == "__main__":
    sys.exit(main())
