"""`python -m sample --out DIR`: write the sample community into a folder."""

import argparse
import sys
from datetime import date
from pathlib import Path

from sample import generate


def main() -> int:
    """Write the files and say where they are."""
    parser = argparse.ArgumentParser(prog="python -m sample", description="Write a made-up community.")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives another community")
    parser.add_argument("--first-day", type=date.fromisoformat, help="YYYY-MM-DD; next Tuesday if not given")
    options = parser.parse_args()
    sample = generate(options.seed, options.first_day)
    sample.write(options.out)
    print(f"{len(sample.files)} files for {' and '.join(map(str, sample.days))} in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
