"""When mails may be sent: not in the night of the conference's zone, unless morning were too late."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.portal.domain.read_model import Session

ASKED_FOR = ("sign-in", "invitation")  # somebody waits for it
DECLINABLE = ("welcome", "suggestions", "reminder")  # mails one can unsubscribe from
TO_READ_IT = timedelta(hours=1)


def held_until(
    kind: str, session: Session | None, hours: tuple[int, int] | None, now: datetime, zone: ZoneInfo
) -> datetime | None:
    """The end of these quiet local hours (from, to) if a mail is to wait for it; None: send it now.

    What tells of a session that begins before people have read it then goes out at once."""
    if hours is None or kind in ASKED_FOR or not _in(now.astimezone(zone).hour, *hours):
        return None
    local = now.astimezone(zone)
    day = local.date() + timedelta(days=local.hour >= hours[1])
    ends = datetime.combine(day, time(hours[1]), zone)
    soon = session is not None and session.starts_at is not None and session.starts_at < ends + TO_READ_IT
    return None if soon else ends


def _in(hour: int, begins: int, ends: int) -> bool:
    return begins <= hour < ends if begins < ends else hour >= begins or hour < ends
