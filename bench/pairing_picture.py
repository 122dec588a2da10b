"""Draws how long each method takes to pair: `python -m bench.pairing_picture ROWS docs/images/pairing.svg`.

ROWS is what `bench.pairing_table --rows` wrote. A panel for each family and budget; across, people (logarithmic); up,
seconds of the processor (logarithmic). Beside the end of a line: the method, and its worth as a share of our bound.
"""

import json
import math
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

NAMES = {
    "ours": "Hallway", "min_cost_flow": "min-cost flow", "greedy": "greedy", "rustworkx": "rustworkx",
    "highs": "HiGHS (bound only)", "cp_sat": "CP-SAT",
}  # fmt: skip
COLOURS = {
    "ours": "#b5472c", "min_cost_flow": "#3c78b5", "greedy": "#6b7280", "rustworkx": "#5a9a4a", "highs": "#9a4a8a",
    "cp_sat": "#8a6d1f",
}  # fmt: skip
WIDTH, HEIGHT, PLOT, TOP, LEFT = 480, 300, 300, 40, 60
PEOPLE, SECONDS = (1_000, 100_000), (0.001, 60.0)
Row = dict[str, Any]


def across(people: float) -> float:
    """Pixels from the left of a panel."""
    return LEFT + (PLOT - LEFT) * _part(people, *PEOPLE)


def down(seconds: float) -> float:
    """Pixels from the top of a panel."""
    return TOP + (HEIGHT - TOP - 40) * (1 - _part(max(seconds, SECONDS[0]), *SECONDS))


def _part(value: float, low: float, high: float) -> float:
    return math.log(value / low) / math.log(high / low)


def panel(rows: list[Row], title: str) -> str:
    """Axes, and a line for each method that ended."""
    bounds = {row["people"]: row["bound"] for row in rows if row["method"] == "ours"}
    shapes = [f'<text x="{LEFT}" y="22" font-weight="600">{title}</text>']
    for seconds in (0.001, 0.01, 0.1, 1, 10):
        y = down(seconds)
        shapes.append(f'<path d="M{LEFT} {y:.1f}H{PLOT}" stroke="#d6d3d1"/>')
        shapes.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{seconds:g} s</text>')
    for people in (1_000, 10_000, 100_000):
        shapes.append(f'<text x="{across(people):.1f}" y="{HEIGHT - 20}" text-anchor="middle">{people:,}</text>')
    ended: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["people"]):
        if row["status"] == "ended":
            ended[row["method"]].append(row)
    below = sorted((down(of[-1]["cpu_seconds"]), method) for method, of in ended.items())
    label = -math.inf
    for y, method in below:
        label = max(y, label + 14)
        shapes.append(_line(ended[method], method, label, bounds))
    return "".join(shapes)


def _line(rows: list[Row], method: str, label: float, bounds: dict[int, float]) -> str:
    points = [(across(row["people"]), down(row["cpu_seconds"])) for row in rows]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in points)
    last, colour = rows[-1], COLOURS[method]
    share = f", {_share(last['objective'] / bounds[last['people']])}" if last.get("objective") else ""
    return (
        f'<g fill="{colour}" stroke="{colour}"><path d="{path}" fill="none" stroke-width="2"/>{dots}</g>'
        f'<text x="{PLOT + 10}" y="{label + 4:.1f}" fill="{colour}">{NAMES[method]}{share}</text>'
    )


def _share(share: float) -> str:
    return "the best" if share > 1 - 1e-9 else f"{100 * share:.3f} %" if share > 0.999 else f"{100 * share:.1f} %"


def main() -> None:
    """Writes the picture."""
    source, target = map(Path, sys.argv[1:])
    panels: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for line in source.read_text().splitlines():
        row = json.loads(line)
        panels[row["family"], row["budget"]].append(row)
    drawn = [
        f'<g transform="translate({n % 2 * WIDTH} {n // 2 * HEIGHT})">{panel(rows, f"{family}, budget {budget}")}</g>'
        for n, ((family, budget), rows) in enumerate(sorted(panels.items(), reverse=True))
    ]
    size = f'width="{2 * WIDTH}" height="{2 * HEIGHT}" viewBox="0 0 {2 * WIDTH} {2 * HEIGHT}"'
    target.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(drawn)}</svg>\n'
    )


if __name__ == "__main__":
    main()
