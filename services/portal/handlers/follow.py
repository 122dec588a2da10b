"""Keep the read model up with what the other services tell."""

from collections.abc import Sequence

from services.portal.domain.read_model import Row
from services.portal.handlers.ports import ReadModel


async def follow(store: ReadModel, rows: Sequence[Row]) -> None:
    """Takes rows of one kind, in any order and any number of times, and tells the dashboards."""
    if changed := await store.upsert(rows):
        await store.mark_changed(changed)
