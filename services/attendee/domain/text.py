"""Text that came from outside: trimmed, bounded, printable, or a problem that says what to mend."""

from collections.abc import Iterable

from services.kit.errors import Problem


class Problems:
    """Collects what is wrong with one request; `row` is the 0-based row being read, where there are rows."""

    SHOWN = 100  # enough to see the pattern; a file that is wrong throughout would drown the reader

    def __init__(self) -> None:
        self.row: int | None = None
        self.count = 0
        self.found: list[Problem] = []

    def add(self, field: str, message: str) -> None:
        """Note one problem of the current row; beyond `SHOWN` they are left out."""
        self.count += 1
        if len(self.found) < self.SHOWN:
            self.found.append(Problem(field, message, self.row))

    def text(self, field: str, value: str, longest: int) -> str:
        """`value` without surrounding space; adds a problem if it is empty, too long or not printable."""
        clean = value.strip()
        if not clean:
            self.add(field, f"{field} is empty; give it 1 to {longest} characters")
        elif len(clean) > longest:
            self.add(field, f"{field} has {len(clean)} characters; at most {longest} fit")
        elif not clean.isprintable():
            self.add(field, f"{field} holds control characters; remove them")
        return clean

    def words(self, field: str, values: Iterable[str], most: int, longest: int) -> tuple[str, ...]:
        """`values` in lower case without repetition, in their order; at most `most` of `longest` characters."""
        clean = tuple(dict.fromkeys(word.strip().lower() for word in values))
        clean = tuple(word for word in clean if word)
        if len(clean) > most:
            self.add(field, f"{field} has {len(clean)} entries; at most {most} fit")
            return clean[:most]
        for word in clean:
            self.text(field, word, longest)
        return clean


def shown(value: str) -> str:
    """`value` as an error message may quote it: escaped and short."""
    return repr(value if len(value) <= 80 else value[:77] + "...")
