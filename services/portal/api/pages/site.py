"""What the pages are made with: templates, static files by content, and the portal's dependencies."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.portal.api.deps import Deps
from services.portal.api.pages.pulse import Newest, Pulse
from services.portal.domain import language
from services.portal.domain.worked import Worked

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"


@dataclass(frozen=True)
class Picture:
    """The community without names: positions, ties between them, and who is where, which stays here."""

    people: list[list[int]]
    ties: list[list[int]]
    at: dict[UUID, int]


@dataclass(frozen=True)
class Site:
    """One portal process's pages."""

    deps: Deps
    templates: Environment
    pulse: Pulse
    boards: Newest[dict[str, Markup]]
    worked: Newest[Worked]
    pictures: Newest[Picture]

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the portal by https, so that cookies may insist on it."""
        return self.deps.settings.public_url.startswith("https://")


def load_templates() -> Environment:
    """The templates, escaping everything and failing on a misspelt name."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(language._, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {"static": static_url, "languages": language.LANGUAGES, "example": example}
    return environment


def example(text: str) -> Markup:
    """Something to be typed as it stands, inside a sentence."""
    return Markup("<code>{}</code>").format(text)


@cache
def static_url(name: str) -> str:
    """The URL of a static file; it changes with the content, so that browsers may keep it for ever."""
    file = STATIC / name
    version = hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "missing"
    return f"/static/{name}?v={version}"
