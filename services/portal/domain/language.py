"""In which language somebody is spoken to: English as it stands in the code, or a catalogue's words for it."""

import re
from contextvars import ContextVar
from gettext import NullTranslations

LANGUAGES = {"en": "English", "de": "Deutsch"}
_ACCEPTED = re.compile(r"([a-z]{1,8})(?:-[a-z0-9-]{1,35})?(?:;q=([01](?:\.\d{1,3})?))?")
_catalogue: ContextVar[NullTranslations] = ContextVar("catalogue", default=NullTranslations())  # noqa: B039 - unchanging


def speak(catalogue: NullTranslations) -> None:
    """From here on, in this request or mail, words come from this catalogue."""
    _catalogue.set(catalogue)


def _(text: str) -> str:
    """The text in the language that is spoken."""
    return _catalogue.get().gettext(text) if text else ""  # of nothing, gettext tells about the catalogue


def ngettext(one: str, many: str, count: int) -> str:
    """The text that fits the count, in the language that is spoken."""
    return _catalogue.get().ngettext(one, many, count)


def N_(text: str) -> str:
    """Marks a text for the catalogues; whoever shows it calls _ on it."""
    return text


def choose(chosen: str, accept: str) -> str:
    """A language of ours: the one chosen, else what the browser accepts most (Accept-Language), else English."""
    if chosen in LANGUAGES:
        return chosen
    wishes = [_ACCEPTED.fullmatch(part.strip().lower()) for part in accept[:500].split(",")]
    known = [(float(wish[2] or 1), wish[1]) for wish in wishes if wish and wish[1] in LANGUAGES]
    return max(known, key=lambda wish: wish[0], default=(1.0, "en"))[1]
