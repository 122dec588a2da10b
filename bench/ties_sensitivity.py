"""Do the tie bench's results hinge on the model's constants? Halves and doubles each, and runs the bench again.

`python -m bench.ties_sensitivity` takes the same tables as bench.ties, with --truth.
"""

import json
import sys
from dataclasses import asdict, replace
from typing import Any

from bench import ties
from bench.tie_tables import Wrong
from services.matchmaking.engine.strength import WEIGHTS, Weights


def variants() -> dict[str, Weights]:
    """The constants as they are, and each halved and doubled; ``rate`` changes no order."""
    found = {"as they are": WEIGHTS}
    for name, value in asdict(WEIGHTS).items():
        if name != "rate":
            found[f"{name} halved"] = replace(WEIGHTS, **{name: value / 2})
            found[f"{name} doubled"] = replace(WEIGHTS, **{name: value * 2})
    return found


def main() -> int:
    """Exit 2 when a table cannot be used."""
    chosen = ties.options().parse_args()
    if not chosen.truth:
        print("name the truth with --truth: nothing can be measured without", file=sys.stderr)
        return 2
    report: dict[str, Any] = {}
    try:
        for name, weights in variants().items():
            measured = ties.run(chosen, weights)["methods"]["hallway"]
            report[name] = {key: value.get("mean", value) for key, value in measured.items()}
            print(f"{name}: {report[name]}", file=sys.stderr)
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 2
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
