"""Every text of pages and mails is marked, and said in every language; nothing is left in English by accident."""

import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from jinja2 import nodes

from scripts.catalogues import PORTAL, SAMPLES, strings, template
from services.portal.api.catalogues import FOLDER, catalogue
from services.portal.api.pages.site import load_templates
from services.portal.domain import language, words
from services.portal.domain.language import LANGUAGES, choose

TEMPLATES = sorted(p for p in (PORTAL / "templates").rglob("*.html") if str(p.relative_to(PORTAL)) != SAMPLES)
READ_OUT = {"alt", "aria-label", "placeholder", "title"}
SAME_EVERYWHERE = {"Hallway", "Hallway ·"}
PHRASE = re.compile(r"[A-Za-z]{2,} [a-z]+|[A-Z][a-z]+")  # of a string constant: words for people, no class or path


class Texts(HTMLParser):
    """Collects what a reader sees or hears of a page's own markup."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.silent += tag == "style"
        self.found += [value or "" for name, value in attrs if name in READ_OUT]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag == "style"

    def handle_data(self, data: str) -> None:
        self.found += [] if self.silent else [data]


def unmarked(source: str) -> list[str]:
    """The texts of a template that are not marked for the catalogues."""
    environment = load_templates()
    stripped = re.sub(r"{%-?\s*trans.*?{%-?\s*endtrans\s*-?%}", "", source, flags=re.S)
    stripped = re.sub(r"{% block (flow|body_class) %}[a-z ]*{% endblock %}", "", stripped)  # classes of base.html
    bare = "".join(value if kind == "data" else "" for _line, kind, value in environment.lex(stripped))
    texts = Texts()
    texts.feed(bare)
    found = [text.strip() for text in texts.found if re.search("[A-Za-z]{2,}", text)]
    return [text for text in found if text not in SAME_EVERYWHERE] + list(_constants(environment.parse(source)))


def _constants(node: nodes.Node) -> Iterator[str]:
    """Strings in expressions that read like words for people, outside of what marks or addresses."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in MARKS:
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and "<" not in node.value:
        yield from [node.value] if PHRASE.search(node.value) else []
    for child in node.iter_child_nodes():
        yield from _constants(child)


MARKS = {"_", "gettext", "ngettext", "static", "example"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_unmarked_text(path: Path):
    assert unmarked(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>Not marked</p>", "Not marked"),
        ('<a aria-label="Not marked" href="x">{{ _("Marked") }}</a>', "Not marked"),
        ('{{ "Not marked" if x else _("Marked") }}', "Not marked"),
        ("{% trans %}Marked{% endtrans %} and not", "and not"),
    ],
)
def test_an_unmarked_text_is_found(source: str, text: str):
    assert unmarked(source) == [text]


def test_marked_texts_pass():
    assert (
        unmarked('<p class="a b">{{ _("Marked") }} {% trans %}Marked too{% endtrans %}</p>{{ static("x.css") }}') == []
    )


@pytest.mark.parametrize("code", sorted(set(LANGUAGES) - {"en"}))
def test_a_catalogue_says_everything_and_keeps_every_name_in_it(code: str):
    with (FOLDER / f"{code}.po").open("rb") as lines:
        known = read_po(lines, locale=code)
    wanted = {_id(m.id) for m in template() if m.id}
    said = {_id(m.id): m for m in known if m.id}
    assert wanted - said.keys() == set(), "run python -m scripts.catalogues and translate"
    assert said.keys() - wanted == set(), "run python -m scripts.catalogues"
    assert len(wanted) > 300
    for message in said.values():
        texts, ids = strings(message.string), strings(message.id)
        assert all(texts), message.id
        assert not message.fuzzy, message.id
        for text in texts:
            assert _names(text) == _names(ids[-1]), message.id
            assert _edges(text) == _edges(ids[-1]), message.id


def _id(message_id: Any) -> str:
    return str(message_id[0] if isinstance(message_id, (tuple, list)) else message_id)


def _names(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s", text))


def _edges(text: str) -> tuple[bool, bool]:
    """Whether it begins or ends with a blank that joins it to its neighbour."""
    return text.startswith(" "), text.endswith(" ")


@pytest.mark.parametrize(
    ("chosen", "accept", "spoken"),
    [
        ("", "", "en"),
        ("", "de-CH,de;q=0.9,en;q=0.8", "de"),
        ("", "fr;q=0.9,en;q=0.2,de;q=0.7", "de"),
        ("", "en-GB,de;q=0.9", "en"),
        ("en", "de", "en"),
        ("de", "en", "de"),
        ("xx", "fr", "en"),
        ("../../etc", "de;q=x, ;;;,", "en"),
        ("", "a" * 100_000, "en"),
    ],
)
def test_the_language_is_the_chosen_one_else_the_one_accepted_most(chosen: str, accept: str, spoken: str):
    assert choose(chosen, accept) == spoken


def test_reasons_are_said_in_german():
    reason = words.Reason("die Liste", "reply", 5, 4, "2026-03", "2026-05")
    today = date(2026, 5, 14)
    language.speak(catalogue("de"))
    try:
        assert words.why("tie", [reason], "Bo", today) == [
            "Ihr habt einander 9 Mal geantwortet in „die Liste“ seit März 2026."
        ]
        assert words.day(today) == "Donnerstag, 14. Mai"
        assert language._("") == ""
    finally:
        language.speak(catalogue("en"))
    assert words.day(today) == "Thursday 14 May"
