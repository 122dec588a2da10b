"""One request to a page: who asks, about which conference, and the page or form that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from services.kit.errors import Forbidden, NotFound
from services.portal.api.pages.security import (
    ATTENDEE_COOKIE,
    FORM_MAX_BYTES,
    ORGANIZER_COOKIE,
    TABLE_MAX_BYTES,
    check_form_token,
    form_token,
    read_form,
)
from services.portal.api.pages.site import Site
from services.portal.domain.language import N_
from services.portal.domain.read_model import Conference
from services.portal.domain.roles import Right
from services.portal.domain.sign_in import Identity
from services.portal.handlers.sign_in import who
from services.portal.store import reads
from services.portal.store.sign_in import SignInStore

# Path, words and icon of each.
ATTENDEE_PAGES = (
    ("me", N_("My people"), "chat"),
    ("me/profile", N_("My profile"), "person"),
    ("me/data", N_("My data"), "shield"),
)
ORGANIZER_PAGES = (
    ("dashboard", N_("Dashboard"), "clock", Right.WATCH),
    ("attendees", N_("Attendees"), "person", Right.SEE_PEOPLE),
    ("sessions", N_("Sessions"), "ticket", Right.SEE_PEOPLE),
    ("act", N_("Act"), "cup", Right.ACT),
    ("desk", N_("Desk"), "check", Right.CHECK_IN),
    ("setup", N_("Set up"), "tool", Right.SET_UP),
    ("team", N_("Team"), "shield", Right.MANAGE_TEAM),
    ("log", N_("Log"), "list", Right.READ_LOG),
)

Slug = Annotated[str, Path(max_length=100, pattern=r"^[a-z0-9][a-z0-9-]*$")]


def home(identity: Identity) -> str:
    """The first page, below the conference's address, that somebody's role opens."""
    if not identity.is_organizer:
        return "me"
    return next(path for path, _, _, right in ORGANIZER_PAGES if identity.may(right))


class NotSignedIn(Exception):
    """The page is somebody's, and nobody is signed in."""

    def __init__(self, visit: "Visit") -> None:
        super().__init__("not signed in")
        self.visit = visit


@dataclass
class Visit:
    """Who asks for a page; conference and identity where there are any."""

    request: Request
    site: Site
    conference: Conference | None = None
    identity: Identity | None = None
    cookie: str = ""
    form: dict[str, list[str]] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language this page is in."""
        return str(getattr(self.request.state, "language", "en"))

    @property
    def here(self) -> str:
        """Where to come back to after choosing another language: nowhere but to a page that was asked for."""
        return self.request.url.path if self.request.method in ("GET", "HEAD") else "/"

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks for a part of the page; without JavaScript it is always the whole."""
        return "hx-request" in self.request.headers

    def value(self, name: str, limit: int = 4_000) -> str:
        """A posted field, trimmed and bounded; empty if it was not sent."""
        return self.form.get(name, [""])[0].strip()[:limit]

    async def read_form(self, most: int = FORM_MAX_BYTES) -> None:
        """Reads the posted form and refuses one that is not ours."""
        self.form = await read_form(self.request, most)
        check_form_token(self.request, self.site, self.cookie, self.form)

    def target(self, what: str) -> None:
        """What the log of commands says this was about, where the address does not tell."""
        self.request.state.target = what[:200]

    def _pages(self) -> Sequence[tuple[str, str, str]]:
        if not self.identity or not self.identity.is_organizer:
            return ATTENDEE_PAGES
        return [page for *page, right in ORGANIZER_PAGES if self.identity.may(right)]  # type: ignore[misc]

    def _hidden_token(self) -> Markup:
        return self._hidden(self.cookie)

    def _public_token(self) -> Markup:
        """For a form whose address the session's cookie is not sent to."""
        return self._hidden("")

    def _hidden(self, session_cookie: str) -> Markup:
        token = form_token(self.request, self.site, session_cookie)
        return Markup('<input type="hidden" name="form_token" value="{}">').format(token)

    def text(self, template: str, **values: Any) -> str:
        """A template's text, with what every template may use."""
        shared = {
            "conference": self.conference,
            "identity": self.identity,
            "pages": self._pages(),
            "page": "",
            "language": self.language,
            "here": self.here,
            "csrf": self._hidden_token,
            "public_csrf": self._public_token,
            "notice": "",
            "focus": "",
            "mailbox_url": self.site.deps.settings.mailbox_url,
        }
        return self.site.templates.get_template(template).render(shared | values)

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A whole page, or the part htmx asked for."""
        return HTMLResponse(self.text(template, **values), status)

    def go(self, path: str) -> Response:
        """On to another page after a form was taken."""
        return RedirectResponse(path, status_code=303)


async def anybody(request: Request) -> Visit:
    """A visit that needs no conference."""
    return Visit(request, request.state.site)


async def conference_visit(request: Request, slug: Slug) -> Visit:
    """A visit of a conference by anybody; raises NotFound."""
    visit = Visit(request, request.state.site)
    visit.conference = await reads.conference(visit.site.deps.pool, slug)
    if visit.conference is None:
        raise NotFound("conference", slug)
    request.state.seen = visit  # what an error page can then show
    return visit


async def identify(visit: Visit, cookie_name: str) -> Identity | None:
    """Fills in who this cookie says it is, of the visit's conference."""
    assert visit.conference
    cookie = visit.request.cookies.get(cookie_name, "")[:200]
    async with visit.site.deps.pool.acquire() as connection:
        sessions = SignInStore(connection, visit.site.deps.signer)
        visit.identity = await who(sessions, cookie, visit.conference.id)
    visit.cookie = cookie if visit.identity else ""
    return visit.identity


async def attendee_visit(request: Request, slug: Slug) -> Visit:
    """A visit by a signed-in attendee; a posted form is read and checked."""
    visit = await conference_visit(request, slug)
    identity = await identify(visit, ATTENDEE_COOKIE)
    if identity is None or identity.is_organizer:
        raise NotSignedIn(visit)
    if request.method == "POST":
        await visit.read_form()
    return visit


def _needs(right: Right, most: int = FORM_MAX_BYTES) -> Any:
    """A visit by an organizer whose role has the right; a posted form is read and checked."""

    async def organizer_visit(request: Request, slug: Slug) -> Visit:
        visit = await conference_visit(request, slug)
        identity = await identify(visit, ORGANIZER_COOKIE)
        if identity is None or not identity.is_organizer:
            raise NotSignedIn(visit)
        if not identity.may(right):
            raise Forbidden(N_("Your role does not open this page. Ask an owner of the conference for another role."))
        if request.method == "POST":
            await visit.read_form(most)
        return visit

    return Depends(organizer_visit)


Anybody = Annotated[Visit, Depends(anybody)]
AtConference = Annotated[Visit, Depends(conference_visit)]
ByAttendee = Annotated[Visit, Depends(attendee_visit)]
# What an organizer's page takes as its visit: the right it needs.
ByAnyOrganizer = Annotated[Visit, _needs(Right.SIGN_OUT)]
ByOrganizer = Annotated[Visit, _needs(Right.WATCH)]
ByPeopleOrganizer = Annotated[Visit, _needs(Right.SEE_PEOPLE)]
ByDesk = Annotated[Visit, _needs(Right.CHECK_IN)]
ByActor = Annotated[Visit, _needs(Right.ACT)]
BySetUp = Annotated[Visit, _needs(Right.SET_UP, TABLE_MAX_BYTES)]
ByLogReader = Annotated[Visit, _needs(Right.READ_LOG)]
ByOwner = Annotated[Visit, _needs(Right.MANAGE_TEAM)]
