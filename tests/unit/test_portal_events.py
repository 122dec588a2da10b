"""Events with ids, dates or states that are none go to the portal's dead letters in words a person can read."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

import pytest
from google.protobuf.message import Message

from services.kit.consumer import Event, Handler
from services.kit.errors import Poison
from services.portal.api.kafka import MAIL, READ_MODEL

TAKEN = [(kind, handler) for taken in (READ_MODEL, MAIL) for kind, handler in taken.handlers.items()]


@pytest.mark.parametrize(("kind", "handler"), TAKEN, ids=lambda given: getattr(given, "__name__", ""))
async def test_an_event_without_readable_ids_is_poison(kind: type[Message], handler: Handler) -> None:
    event = Event(uuid4(), kind.DESCRIPTOR.full_name, "key", 1, datetime.now(UTC), kind())
    with pytest.raises(Poison, match="cannot be read"):
        await handler(cast(Any, None), [event])
