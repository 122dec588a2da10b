"""The API does what its OpenAPI document says, asked by a machine that tries what is allowed and what is not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import MakeDatabase
from tests.portal_hall import ADMIN, Hall, hall

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 6  # of each operation, always the same ones
HEADERS = {"authorization": f"Bearer {ADMIN}"}


@pytest.fixture
async def quiet(database: MakeDatabase) -> AsyncIterator[Hall]:
    """Hallway without a broker, with a conference of one."""
    async with hall(database) as made:
        await made.conference()
        people = [{"ticket": "T-1", "name": "Ana", "email": "ana@example.org", "joined": True}]
        answer = await made.api.post("/conferences/pycamp/registrations", json={"registrations": people})
        assert answer.status_code == 200
        yield made


def ask(operation: Any, mode: GenerationMode, known: dict[str, str], statuses: set[int]) -> None:
    """Calls one operation with what its document allows (or not), of a conference that is there."""

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        for name, value in known.items():
            if name in case.path_parameters:
                case.path_parameters[name] = value
        response = case.call(headers=HEADERS)
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    check()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
async def test_every_call_answers_as_documented_and_never_with_a_fault(quiet: Hall, mode: GenerationMode):
    person = (await quiet.api.get("/conferences/pycamp/attendees")).json()["attendees"][0]["id"]
    known = {"slug": "pycamp", "attendee_id": person}
    document = (await quiet.api.get("/openapi.json")).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=f"{quiet.url}/api/v1")
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    statuses: set[int] = set()
    for operation in operations:
        if operation.label != "DELETE /conferences/{slug}/attendees/{attendee_id}":  # erases the one there is
            await asyncio.to_thread(ask, operation, mode, known, statuses)
    assert len(operations) > 45
    assert statuses >= ({200, 201, 204, 404} if mode is GenerationMode.POSITIVE else {422})


async def test_every_route_has_an_example_of_what_it_is_given_and_says_how_it_refuses(quiet: Hall):
    document = (await quiet.api.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert all("example" in parameter for parameter in operation.get("parameters", ())), where
            content = operation.get("requestBody", {}).get("content", {})
            assert all("example" in kind for name, kind in content.items() if name != "multipart/form-data"), where
            assert {"401", "403", "404", "409", "422", "503"} <= set(operation["responses"]), where
