"""Completes the OpenAPI document: who may call, how refusals look, and an example of everything a caller gives."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from services.portal.api.http.problems import MEDIA_TYPE, TITLES

REFUSALS = ("400", "401", "403", "404", "405", "408", "409", "413", "415", "422", "429", "503")
_STRING = {"type": "string"}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457: what is wrong, where, and what to do",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": _STRING,
        "title": _STRING,
        "status": {"type": "integer"},
        "detail": _STRING,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": _STRING, "message": _STRING, "row": {"type": "integer"}},
            },
        },
    },
}
_ID = "01970000-0000-7000-8000-0000000000a1"
PARAMETERS: dict[str, Any] = {
    "slug": "pycamp-2027", "attendee_id": _ID, "session_id": _ID, "suggestion_id": _ID, "source_id": _ID,
    "preview_id": _ID, "token_id": _ID, "ticket": "T-1001", "email": "olga@example.org", "attendee": _ID, "after": _ID,
    "before": _ID, "limit": 100, "preview": True, "rehome": True, "network": "mbox", "name": "the packaging list",
    "visibility": "public",
}  # fmt: skip
_TIMES = {"starts_at": "2027-05-14T13:00:00", "ends_at": "2027-05-14T13:30:00"}
BODIES: dict[str, Any] = {
    "Announcement": {"text": "The coffee corner has moved to the garden.", "mail": True},
    "Answer": {"answer": "yes"},
    "Availability": {"free": [_TIMES], "wishes": {"most_a_day": 3}},
    "Cancel": {"reason": "The garden is flooded."},
    "CheckIn": {"gone": False},
    "Exclusion": {"other": _ID, "reason": "met"},
    "Formats": {"formats": [{"name": "coffee", "opens": "09:00", "closes": "18:00", "minutes": 30, "notice": 30,
                             "people": 4, "best": ["09:00-11:30"]}]},
    "Join": {"tickets": ["T-1001"]},
    "Matching": {"paused": True},
    "Move": {"attendee": _ID, "place": _ID} | _TIMES,
    "NewConference": {"slug": "pycamp-2027", "name": "PyCamp 2027", "time_zone": "Europe/Madrid",
                      "starts_on": "2027-05-14", "ends_on": "2027-05-15", "series": "pycamp"},
    "NewToken": {"name": "registration system", "scopes": ["registrations:write", "read"]},
    "Organizer": {"email": "olga@example.org", "role": "organizer"},
    "Outcome": {"attendee": _ID, "outcome": "held"},
    "Pair": {"attendee": _ID, "other": _ID},
    "Plan": {"frozen": True},
    "Preview": {"weights": {"messages": 2}, "budget": 3},
    "Registrations": {"registrations": [{"ticket": "T-1001", "name": "Ana Ruiz", "email": "ana@example.org",
                                         "handles": ["irc:ana"], "joined": True}]},
    "Talks": {"talks": [{"id": "talk-7", "title": "Wheels", "room": "Main", "starts": "2027-05-14 09:30",
                         "ends": "2027-05-14 10:00", "speaker_emails": ["ana@example.org"]}]},
    "Venue": {"places": [{"name": "Corner A", "capacity": 4, "seats": 2, "opens": "09:00", "closes": "18:00"}]},
}  # fmt: skip


def install(api: FastAPI) -> None:
    """Has the application tell the completed document."""
    plain = api.openapi
    made: dict[str, Any] = {}

    def completed() -> dict[str, Any]:
        if not made:
            made.update(_completed(plain()))
        return made

    api.openapi = completed  # type: ignore[method-assign]  # FastAPI's own way of changing it


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    components = document["components"]
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    components["schemas"]["Problem"] = PROBLEM
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    refusals = {status: _refusal(status) for status in REFUSALS}
    for operation in _operations(document):
        operation["responses"] = {k: v for k, v in operation["responses"].items() if k != "422"} | refusals
        for parameter in operation.get("parameters", ()):
            parameter["example"] = PARAMETERS[parameter["name"]]
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        if schema := content.get("schema"):
            content["example"] = BODIES[schema.get("$ref", schema.get("title", "")).rpartition("/")[2]]
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _refusal(status: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": TITLES[int(status)], "content": {MEDIA_TYPE: {"schema": schema}}}
