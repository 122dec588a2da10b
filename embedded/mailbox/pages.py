"""The mailbox's pages: a list, a mail, its attachments; nothing of a mail is ever taken as HTML."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import jinja2
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from embedded.mailbox.store import Mail, MailStore, attachments_of, text_of

_HERE = Path(__file__).parent
_SHOWN = 200  # mails on the list
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# Served as what they are; anything else as bytes that no browser opens by itself.
_OPENABLE = ("text/calendar",)


def application(store: MailStore) -> Starlette:
    """The pages over `store`, answering under this machine's own names only."""
    pages = _Pages(store)
    return Starlette(
        routes=[
            Route("/", pages.list),
            Route("/mails/{number:int}", pages.mail),
            Route("/mails/{number:int}/attachments/{index:int}", pages.attachment),
            Route("/style.css", pages.style),
            Route("/livez", pages.well),
            Route("/readyz", pages.well),
        ],
        # A page of a stranger must not reach this one under a name of its own.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


class _Pages:
    def __init__(self, store: MailStore) -> None:
        self._store = store
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
        )

    def list(self, request: Request) -> Response:
        words = request.query_params.get("to", "")[:200]
        mails, found = self._store.list(words, _SHOWN)
        return self._html("list.html", mails=mails, found=found, words=words)

    def mail(self, request: Request) -> Response:
        mail, message = self._wanted(request)
        parts = [(index, part.name, len(part.content)) for index, part in enumerate(attachments_of(message))]
        return self._html("mail.html", mail=mail, text=text_of(message), attachments=parts)

    def attachment(self, request: Request) -> Response:
        _, message = self._wanted(request)
        parts = attachments_of(message)
        index = request.path_params["index"]
        if index >= len(parts):
            raise HTTPException(404, "this mail has no such attachment")
        part = parts[index]
        kind = part.kind if part.kind in _OPENABLE else "application/octet-stream"
        disposition = {"Content-Disposition": f'attachment; filename="{part.name}"'}
        return Response(part.content, media_type=kind, headers=_HEADERS | disposition)

    def style(self, request: Request) -> Response:
        return FileResponse(_HERE / "templates" / "style.css", media_type="text/css", headers=_HEADERS)

    def well(self, request: Request) -> Response:
        return PlainTextResponse("ok\n")

    def _wanted(self, request: Request) -> tuple[Mail, EmailMessage]:
        found = self._store.get(request.path_params["number"])
        if found is None:
            raise HTTPException(404, "no such mail; the oldest are deleted as new ones come")
        return found

    def _html(self, template: str, **values: object) -> HTMLResponse:
        return HTMLResponse(self._templates.get_template(template).render(**values), headers=_HEADERS)
