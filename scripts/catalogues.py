"""Brings the catalogues up to date with the texts marked in the portal's code and templates."""

import re
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
PORTAL = ROOT / "services" / "portal"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}
# Those that change with every run or say nothing.
HEADERS = re.compile(
    rb'^"(?:Project-Id|Report-Msgid|POT-Creation|PO-Revision|Last-Tr|Language-Team|Generated-By).*\n', re.M
)
SAMPLES = "templates/design.html"  # samples for those who build pages


def texts() -> Iterator[tuple[str, int, str | tuple[str, ...], str | None]]:
    """File, line, text (or its singular and plural) and context of everything marked."""
    for file, line, text, _, context in extract_from_dir(PORTAL, METHODS, OPTIONS):
        if file != SAMPLES:
            yield file, line, text, context


def template() -> Catalog:
    """All marked texts, untranslated."""
    catalogue = Catalog(project="Hallway", charset="utf-8")
    for file, _line, text, context in texts():
        catalogue.add(text, locations=[(file, 0)], context=context)
    return catalogue


def main() -> int:
    """Writes every catalogue anew; says how many texts wait for a translation."""
    for file in sorted((PORTAL / "locale").glob("*.po")):
        with file.open("rb") as lines:
            catalogue = read_po(lines, locale=file.stem)
        catalogue.update(template(), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        out = BytesIO()
        write_po(out, catalogue, width=120, include_lineno=False, sort_output=True)
        file.write_bytes(HEADERS.sub(b"", out.getvalue()))
        waiting = len([message for message in catalogue if message.id and not all(strings(message.string))])
        print(f"{file.name}: {waiting} texts wait for a translation")
    return 0


def strings(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """A text in all its numbers: one, or singular and plural."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


if __name__ == "__main__":
    sys.exit(main())
