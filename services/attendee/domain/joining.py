"""Yes, not now, and gone: how an attendee's state may change."""

from dataclasses import replace

from services.attendee.domain.attendee import Attendee, State
from services.kit.errors import Conflict


def join(attendee: Attendee) -> Attendee:
    """After saying yes, the first time or again after a pause; unchanged if they had. Raises Conflict."""
    _must_be_here(attendee)
    return _next(attendee, State.JOINED)


def pause(attendee: Attendee) -> Attendee:
    """After asking for no new suggestions; unchanged if they had. Raises Conflict."""
    _must_be_here(attendee)
    if attendee.state is State.REGISTERED:
        raise Conflict("attendee_id", f"ticket {attendee.ticket} has not joined, so there is nothing to pause")
    return _next(attendee, State.PAUSED)


def cancel(attendee: Attendee) -> Attendee:
    """After the ticket is gone; unchanged if it was."""
    return _next(attendee, State.CANCELLED)


def _must_be_here(attendee: Attendee) -> None:
    if attendee.state is State.CANCELLED:
        raise Conflict("attendee_id", f"ticket {attendee.ticket} is cancelled; register it again first")


def _next(attendee: Attendee, state: State) -> Attendee:
    if attendee.state is state:
        return attendee
    return replace(attendee, state=state, version=attendee.version + 1)
