"""The whole of Hallway inside one test: real services, PostgreSQL, gRPC, HTTP, and where asked a broker and mail."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

import services.attendee.app as attendee
import services.matchmaking.app as matchmaking
import services.portal.app as portal
import services.scheduling.app as scheduling
from services.kit.db import Pool
from services.kit.health import Health, HttpServer
from services.kit.lifecycle import Part, Resources
from services.kit.rpc import Server
from services.portal.api.clients import Clients
from services.portal.settings import Settings
from tests.conftest import Database, MakeDatabase

ADMIN = "bootstrap-token-of-the-tests"
SECRET = "s" * 40


@dataclass(frozen=True)
class Hall:
    """The API as its admin sees it, and the portal's database."""

    api: httpx.AsyncClient
    pool: Pool
    url: str
    attendee: Pool  # the attendee service's database, to see that nothing was left there
    pools: dict[str, Pool]  # every service's database
    clients: Clients

    async def conference(self, slug: str = "pycamp", **more: str) -> dict[str, Any]:
        """Creates a conference."""
        body = {"slug": slug, "name": "PyCamp", "time_zone": "Europe/Madrid", "starts_on": "2027-05-14"}
        answer = await self.api.post("/conferences", json=body | {"ends_on": "2027-05-15"} | more)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def csv(self, path: str, text: str | bytes, method: str = "POST") -> httpx.Response:
        """Sends a CSV file."""
        content = text.encode() if isinstance(text, str) else text
        return await self.api.request(method, path, content=content, headers={"content-type": "text/csv"})

    async def enter(self, slug: str, attendee_id: str) -> httpx.AsyncClient:
        """A browser in which this person is signed in; close it."""
        answer = await self.api.post(f"/conferences/{slug}/attendees/{attendee_id}/login-link")
        path = answer.json()["url"].removeprefix("http://portal.test")
        browser = httpx.AsyncClient(base_url=self.url, timeout=60, trust_env=False, follow_redirects=True)
        await submit(browser, path, path)
        return browser

    async def client(self, *scopes: str, conference: str | None = None) -> httpx.AsyncClient:
        """The API as an integrator with a token of these scopes sees it; close it."""
        body = {"name": "test", "scopes": list(scopes), "conference": conference}
        answer = await self.api.post("/tokens", json=body)
        assert answer.status_code == 201, answer.text
        return client(self.url, answer.json()["token"])


async def submit(browser: httpx.AsyncClient, path: str, form_page: str, **fields: Any) -> httpx.Response:
    """Sends a form as the page it stands on would."""
    page = await browser.get(form_page)
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
    assert found, page.text
    answer = await browser.post(path, data={"form_token": found[1]} | fields)
    assert answer.status_code == 200, answer.text
    return answer


def client(url: str, token: str) -> httpx.AsyncClient:
    """An HTTP client of the API."""
    return httpx.AsyncClient(
        base_url=f"{url}/api/v1", headers={"authorization": f"Bearer {token}"}, timeout=60, trust_env=False
    )


async def _healthy() -> None:
    return None


def _resources(settings: Any, database: Database) -> Resources[Any]:
    return Resources(settings, database.pool, Health(_healthy, _healthy))


async def _start(stack: AsyncExitStack, parts: Sequence[Part]) -> None:
    for part in parts:
        await part.start()
        stack.push_async_callback(part.stop)


@asynccontextmanager
async def hall(
    database: MakeDatabase, kafka: dict[str, Any] | None = None, smtp_port: int = 9, **settings: Any
) -> AsyncIterator[Hall]:
    """Everything runs until the end; without ``kafka`` only what answers gRPC and HTTP."""
    common = kafka or {"kafka_bootstrap": "127.0.0.1:9"}
    async with AsyncExitStack() as stack:
        addresses, pools = {}, {}
        for module in (attendee, matchmaking, scheduling):
            name = module.SERVICE.name
            made = await database(name)
            pools[name] = made.pool
            given = module.SERVICE.settings(database_url=made.url, **common)
            parts = [*module.SERVICE.parts(_resources(given, made))]
            if module.SERVICE.worker and kafka:
                parts += module.SERVICE.worker(_resources(given, made))
            await _start(stack, [p for p in parts if kafka or isinstance(p, Server)])
            addresses[f"{name}_grpc"] = next(f"127.0.0.1:{p.port}" for p in parts if isinstance(p, Server))
        made = await database("portal")
        own = Settings(
            database_url=made.url, http_listen="127.0.0.1:0", public_url="http://portal.test", secret_key=SECRET,
            bootstrap_token=ADMIN, smtp_host="127.0.0.1", smtp_port=smtp_port, mail_from="hallway@example.org",
            mail_quiet_hours="none",  # tests run at all hours

            **(common | addresses | settings),
        )  # fmt: skip
        parts = portal.parts(_resources(own, made))
        http = next(p for p in parts if isinstance(p, HttpServer))
        await _start(stack, [p for p in parts if kafka or p is http or p is parts[0]])
        url = f"http://127.0.0.1:{http.port}"
        pools["portal"] = made.pool
        clients = next(p for p in parts if isinstance(p, Clients))
        api = await stack.enter_async_context(client(url, ADMIN))
        yield Hall(api, made.pool, url, pools["attendee"], pools, clients)
