"""The mailbox's SMTP side: every mail is taken, whoever it is for."""

from __future__ import annotations

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session

from embedded.mailbox.store import MailStore

MAIL_LIMIT = 5_000_000  # bytes of one mail
_RECIPIENTS_LIMIT = 100
_SILENCE_LIMIT = 60.0  # seconds


class _Keeper:
    """What aiosmtpd calls; the names of the methods are its own."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= _RECIPIENTS_LIMIT:
            return f"452 4.5.3 too many recipients; at most {_RECIPIENTS_LIMIT} a mail"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 5.6.0 no content"
        number = await asyncio.to_thread(self._store.add, content, list(envelope.rcpt_tos))
        return f"250 2.6.0 kept as {number}"


async def serve_smtp(store: MailStore, listen: str) -> asyncio.Server:
    """Listen on `listen` (host:port) and keep every mail in `store`."""
    host, _, port = listen.rpartition(":")
    keeper = _Keeper(store)

    def session() -> SMTP:
        return SMTP(
            keeper, data_size_limit=MAIL_LIMIT, enable_SMTPUTF8=True, hostname="localhost", timeout=_SILENCE_LIMIT
        )

    return await asyncio.get_running_loop().create_server(session, host, int(port))
