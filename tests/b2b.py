"""Checks a plan of a benchmark instance from the file's text alone; shares no code with the engine or the bench."""

import re
from collections import Counter
from itertools import combinations


def problems(text: str, slots: list[int]) -> list[str]:
    """Every rule that the 1-based slots break, in words."""
    number = {name: int(value) for name, value in re.findall(r"(n\w+) = (\d+);", text)}
    requested = [tuple(map(int, row)) for row in re.findall(r"\|\s*(\d+),\s*(\d+),\s*(\d+)", text)]
    forbidden = [set(map(int, re.findall(r"\d+", s))) - {0} for s in _sets(text, "forbidden")]
    before = [list(map(int, re.findall(r"\d+", s))) for s in _sets(text, "precedences")]
    fixed = list(map(int, re.findall(r"\d+", text.split("fixed = [")[1].split("]")[0])))
    found = []
    if not len(slots) == len(requested) == number["nMeetings"]:
        return ["not a slot for each meeting"]
    for meeting, ((one, other, period), slot) in enumerate(zip(requested, slots, strict=True), 1):
        allowed = set(range(1, number["nTotalSlots"] + 1))
        if period != 3:
            allowed = {s for s in allowed if (s <= number["nMorningSlots"]) == (period == 1)}
        if slot not in allowed - forbidden[one - 1] - forbidden[other - 1]:
            found.append(f"meeting {meeting} may not be in slot {slot}")
        if fixed[meeting - 1] not in (0, slot):
            found.append(f"meeting {meeting} is fixed in another slot")
        found += [f"meeting {meeting} is not after {b}" for b in before[meeting - 1] if slots[b - 1] >= slot]
    found += [f"slot {s} has {n} meetings" for s, n in Counter(slots).items() if n > number["nTables"]]
    for a, b in combinations(range(len(slots)), 2):
        if slots[a] == slots[b] and set(requested[a][:2]) & set(requested[b][:2]):
            found.append(f"meetings {a + 1} and {b + 1} share a person and a slot")
    each = breaks(text, slots)
    return found + (["unfair"] if max(each) - min(each) > 2 else [])


def breaks(text: str, slots: list[int]) -> list[int]:
    """The breaks of each person: holes in the string of their day."""
    numbers = {name: int(value) for name, value in re.findall(r"(\w+) = (\d+)", text)}
    people, length = numbers["nBusiness"], numbers["nTotalSlots"]
    pairs = [(int(a), int(b)) for a, b, _ in re.findall(r"\|\s*(\d+),\s*(\d+),\s*(\d+)", text)]
    counts = []
    for person in range(1, people + 1):
        mine = {slot for pair, slot in zip(pairs, slots, strict=True) if person in pair}
        day = "".join("x" if slot in mine else "." for slot in range(1, length + 1)).strip(".")
        counts.append(len(re.findall(r"\.+", day)))
    return counts


def _sets(text: str, name: str) -> list[str]:
    return re.findall(r"\{([^}]*)\}", text.split(f"{name} = [")[1].split("]")[0])
