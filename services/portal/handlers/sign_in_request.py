"""Send somebody a new sign-in link; whoever asks learns nothing about who is known here."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from services.portal.domain.sign_in import (
    REQUESTS_AN_HOUR_PER_ADDRESS,
    REQUESTS_AN_HOUR_PER_CLIENT,
    Identity,
    usual_address,
)


class Requests(Protocol):
    """What was asked before, and who may be answered."""

    async def requests_in_the_last_hour(self, asker: str) -> int:
        """How often this asker asked within the hour, this time included."""

    async def entries(self, address: str, conference_id: UUID | None) -> Sequence[Identity]:
        """As whom the address may enter, of one conference or (None) of the latest few."""

    async def queue_link(self, identity: Identity) -> None:
        """Puts a mail with a new link in the queue."""


async def request_link(requests: Requests, address: str, client: str, conference_id: UUID | None) -> None:
    """Mail a new link for each place the address may enter; silently nothing for too many requests or strangers."""
    address = usual_address(address)
    by_client = await requests.requests_in_the_last_hour(f"client {client}")
    by_address = await requests.requests_in_the_last_hour(f"address {address}")
    if by_client > REQUESTS_AN_HOUR_PER_CLIENT or by_address > REQUESTS_AN_HOUR_PER_ADDRESS:
        return
    for identity in await requests.entries(address, conference_id):
        await requests.queue_link(identity)
