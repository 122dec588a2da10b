"""Reads bodies that come as JSON or as CSV, by their content type."""

import json
from typing import Any, TypeVar

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from services.kit.errors import Invalid

B = TypeVar("B", bound=BaseModel)


async def json_or_csv(request: Request, body: type[B]) -> B | bytes:
    """The JSON body, or the bytes of the CSV file; 415 for everything else, 422 for what is not that."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/csv":
        return await request.body()
    if kind != "application/json":
        raise HTTPException(
            415, f"send application/json or text/csv, not {kind[:100] or 'a body without content-type'}"
        )
    try:
        return body.model_validate(_json(await request.body()))
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False, include_url=False)) from None


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Invalid("body", f"the body is not JSON in UTF-8{where}") from None


def openapi(body: type[BaseModel], csv: str) -> dict[str, Any]:
    """Both forms for the OpenAPI page; ``csv`` is an example."""
    schema = body.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    text = {"schema": {"type": "string"}, "example": csv}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}, "text/csv": text}}}
