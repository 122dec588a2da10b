"""Runs the mailbox: `python -m embedded.mailbox`, with its two addresses and its folder in the environment."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import uvicorn

from embedded.mailbox.pages import application
from embedded.mailbox.smtp import serve_smtp
from embedded.mailbox.store import MailStore

_SETTINGS = ("HALLWAY_MAILBOX_SMTP_LISTEN", "HALLWAY_MAILBOX_HTTP_LISTEN", "HALLWAY_MAILBOX_FOLDER")


def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    if missing := [name for name in _SETTINGS if not os.environ.get(name)]:
        raise SystemExit(f"embedded.mailbox: set {', '.join(missing)} (host:port, host:port, a folder)")
    smtp, http, folder = (os.environ[name] for name in _SETTINGS)
    asyncio.run(_serve(smtp, http, Path(folder)))


async def _serve(smtp: str, http: str, folder: Path) -> None:
    store = MailStore(folder)
    host, _, port = http.rpartition(":")
    config = uvicorn.Config(
        application(store), host=host, port=int(port), log_level="warning", server_header=False,
        timeout_graceful_shutdown=3,
    )  # fmt: skip
    server = await serve_smtp(store, smtp)
    print(f"taking mail on {smtp}, showing it on http://{http}/")
    try:
        await uvicorn.Server(config).serve()
    finally:
        server.close()


if __name__ == "__main__":
    main()
