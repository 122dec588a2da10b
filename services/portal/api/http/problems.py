"""Every refusal of the API as application/problem+json (RFC 9457), in one place."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from services.kit import errors
from services.kit.db import TRANSIENT
from services.kit.errors import HallwayError, Problem
from services.portal.domain.rate import TooMany

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "Not readable",
    401: "Who are you?",
    403: "Not allowed",
    404: "Not there",
    405: "Not done this way",
    409: "Does not fit what is there",
    408: "Too slow",
    413: "Too large",
    415: "Not a format taken here",
    422: "Something to mend",
    429: "Too often",
    500: "Our fault",
    503: "Not now",
}
_STATUS: dict[type[HallwayError], int] = {
    errors.Invalid: 422,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Forbidden: 403,
    errors.Unavailable: 503,
    TooMany: 429,
}
_LATER = {errors.Unavailable: {"retry-after": "1"}, TooMany: {"retry-after": "60"}}
log = logging.getLogger(__name__)


def problem(
    status: int, detail: str, problems: Sequence[Problem] = (), headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """A refusal: what is wrong, where, and what to do."""
    told = [{"field": p.field, "message": p.message} | ({"row": p.row} if p.row is not None else {}) for p in problems]
    title = TITLES.get(status, "Refused")
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": told}
    return JSONResponse(body, status, dict(headers or {}), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answers every error of ``app`` with a problem."""
    app.add_exception_handler(HallwayError, _hallway)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unexpected)


async def _hallway(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HallwayError)
    headers = _LATER.get(type(error))
    return problem(_STATUS.get(type(error), 500), error.message, error.problems, headers)


async def _validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = [_problem_of(e) for e in error.errors()[:100]]
    return problem(422, problems[0].message, problems)


def _problem_of(error: Mapping[str, Any]) -> Problem:
    place = [part for part in error["loc"] if part not in ("body", "query", "path")]
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".") or "body"
    row = next((part for part in place if isinstance(part, int)), None)
    if error["type"] == "json_invalid":
        return Problem("body", f"the body is not JSON: {error['ctx']['error']} at character {error['loc'][-1]}")
    return Problem(field, f"{field}: {error['msg']}", row)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, str(error.detail), headers=error.headers)


async def _gone(_: Request, __: Exception) -> JSONResponse:
    return problem(400, "the connection broke before the request was whole; send it again")


async def _unexpected(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, TRANSIENT):
        log.warning("answered 503: %s", type(error).__name__)
        return problem(503, "the database does not answer now; try again", headers={"retry-after": "1"})
    log.error("request failed: %s", type(error).__name__, exc_info=error)
    return problem(500, "Hallway failed at this; nothing was changed by the part that failed. Try again later.")
