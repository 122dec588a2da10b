"""Bugs to be found: each breaks one promise in a process of a test, so that the checker is seen to fail."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg

SLOW = 1.0  # seconds, as under load: a kill then falls into the gap


class BrokenHandler(Exception):
    """What a broken handler raises: dead letters tell its name, and no words of it."""


def ack_before_commit() -> None:
    """The consumer commits a batch's offsets before its transaction."""
    from services.kit.consumer import Consumer

    take = Consumer._take

    async def hasty(self: Consumer, records: Sequence[Any]) -> None:
        await self._commit(records)
        await asyncio.sleep(SLOW)
        await take(self, records)

    Consumer._take = hasty  # type: ignore[method-assign]


def no_inbox() -> None:
    """An event that comes twice takes effect twice."""
    from services.kit import inbox

    noted = inbox._NEW.removesuffix(" returning event_id")
    inbox._NEW = f"with noted as ({noted}) select id as event_id from unnest($2::uuid[]) as id"


def no_request_ids() -> None:
    """A command that is sent again is carried out again."""
    from services.kit.ids import new_id
    from services.kit.rpc import Command

    make = Command.__init__

    def forgetful(self: Command, request_id: str, *rest: Any) -> None:
        make(self, str(new_id()), *rest)

    Command.__init__ = forgetful  # type: ignore[method-assign,assignment]


def marked_before_sent() -> None:
    """The relay marks rows as sent before it sends them."""
    from services.kit import failpoint, relay

    send = relay.Relay._send

    async def hasty(self: Any, place: Any, rows: list[Any], sent: list[int]) -> None:
        connection = await asyncpg.connect(self._settings.database_url)
        await connection.execute(relay._SENT, [row["position"] for row in rows])
        await connection.close()
        failpoint.reach("relay.after_send")
        await send(self, place, rows, sent)

    relay.Relay._send = hasty  # type: ignore[method-assign]


def failing_handler() -> None:
    """A handler fails for some events: what is set aside is taken once the code is right."""
    from tests.chaos.ledger import app

    note = app.note

    async def broken(tx: Any, events: list[Any]) -> None:
        if any(event.id.int % 8 == 0 for event in events):
            raise BrokenHandler
        await note(tx, events)

    app.note = broken
    app.SUBSCRIPTION.handlers.update(dict.fromkeys(app.SUBSCRIPTION.handlers, broken))  # type: ignore[attr-defined]


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (
        ack_before_commit,
        no_inbox,
        no_request_ids,
        marked_before_sent,
        failing_handler,
    )
}


def plant(names: str) -> None:
    """Plants the bugs of these names, with commas between, in the running process."""
    for name in names.split(","):
        BUGS[name]()
