"""The portal's HTTP API as the commands use it: questions, commands, files, and errors in words."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4

import httpx

from cli.errors import CommandError, Refused
from cli.upload import Upload

PAGE = 1_000
PAUSES = (0.5, 2.0)  # seconds before a command is sent again with the same Idempotency-Key
TIMEOUT = httpx.Timeout(120.0, connect=5.0)  # seconds; 20,000 registrations take a while
UPLOAD_TIMEOUT = httpx.Timeout(3_600.0, connect=5.0)  # the reply comes when the last line was counted
LOOPBACK = ("127.0.0.1", "localhost", "::1")
START = "Start one here with 'hallway up' or 'hallway demo', or name another with --url or HALLWAY_URL."


class Api:
    """One Hallway, seen with one token. Methods raise Refused or CommandError; paths are below /api/v1."""

    def __init__(self, url: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        self._transport = transport
        try:
            base = httpx.URL(self.url + "/api/v1")
            headers = httpx.Headers({"authorization": f"Bearer {token}"}, encoding="ascii")
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise CommandError(
                f"the URL or the token is not one: {error}; check HALLWAY_URL and HALLWAY_TOKEN"
            ) from None
        if base.scheme not in ("http", "https") or not base.host:
            raise CommandError(f"{self.url} is no URL of a Hallway; write it like https://hallway.example.org")
        # A proxy of the environment is not for this machine's own addresses.
        self._client = httpx.Client(
            base_url=base, headers=headers, timeout=TIMEOUT, trust_env=base.host not in LOOPBACK, transport=transport
        )

    def ask(self, path: str, **params: Any) -> Any:
        """The JSON at a path."""
        return self._json(self._send("GET", path, params=_given(params)))

    def pages(self, path: str, name: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, however many pages it has."""
        after = None
        while True:
            page = self.ask(path, after=after, limit=PAGE, **params)
            yield from page[name]
            after = page["next"]
            if not after:
                return

    def command(self, method: str, path: str, body: Any = None, *, csv: Path | None = None) -> Any:
        """Changes something, once, even when the connection breaks and it has to be said again."""
        headers, content = {"idempotency-key": str(uuid4())}, None
        if csv is not None:
            headers["content-type"], content = "text/csv", read(csv)
        for pause in (*PAUSES, None):
            try:
                return self._json(self._send(method, path, json=body, content=content, headers=headers))
            except (Broken, Refused) as error:
                if pause is None or (isinstance(error, Refused) and error.status != 503):
                    raise
                sleep(pause)
        raise AssertionError("unreachable")

    def upload(self, path: str, files: Sequence[Path], upload: Upload, **params: Any) -> Any:
        """Sends files as they are read, none of them whole in memory."""
        headers = {"content-type": upload.content_type}
        return self._json(
            self._send(
                "POST", path, params=params, content=upload.parts(files), headers=headers, timeout=UPLOAD_TIMEOUT
            )
        )

    def file(self, path: str) -> bytes:
        """The bytes at a path."""
        return self._send("GET", path).content

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            response = self._client.request(method, path, **request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise CommandError(f"No Hallway answers at {self.url} ({error or 'no answer'}). {START}") from None
        except httpx.TransportError as error:
            what = f"{error}" or type(error).__name__
            raise Broken(f"The connection to {self.url} broke: {what}. Say the same again.") from None
        if response.is_success:
            return response
        raise self._refusal(response)

    def _refusal(self, response: httpx.Response) -> CommandError:
        kind = response.headers.get("content-type", "")
        if kind.startswith("application/problem+json"):
            return Refused.from_problem(response.status_code, response.json())
        if response.is_redirect:
            return CommandError(f"{self.url} sends us on to {response.headers.get('location')}; give that as --url")
        return CommandError(
            f"{self.url} answers with status {response.status_code}, but not like a Hallway; check --url or HALLWAY_URL"
        )

    def _json(self, response: httpx.Response) -> Any:
        if response.status_code == 204:
            return None
        try:
            return response.json()
        except ValueError:
            raise CommandError(f"{self.url} does not answer like a Hallway; check --url or HALLWAY_URL") from None


class Broken(CommandError):
    """The connection broke after the request may have arrived."""


def read(path: Path) -> bytes:
    """A file's bytes, or why they cannot be had."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from None


def _given(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value not in (None, "")}
