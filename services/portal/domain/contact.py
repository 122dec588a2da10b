"""Contact details that two people exchange after their session: when, how long, and what is one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from services.portal.domain.language import _
from services.portal.domain.read_model import Conference, Session
from services.portal.domain.sign_in import is_address

KEPT = timedelta(days=30)  # after the conference's last day
MOST = {"email": 254, "phone": 40, "web": 200}  # characters of each
_PHONE = re.compile(r"\+?[0-9 ()./-]*")


@dataclass(frozen=True, slots=True)
class Details:
    """How to reach somebody; phone and web may be empty."""

    email: str
    phone: str = ""
    web: str = ""


def kept_until(conference: Conference) -> datetime:
    """When the details of this conference's people are removed: a midnight there."""
    day_after = datetime.combine(conference.ends_on, time(), ZoneInfo(conference.time_zone)) + timedelta(days=1)
    return day_after + KEPT


def may_exchange(session: Session, conference: Conference, now: datetime) -> bool:
    """Whether two people, and no more, met in it, or its time is over; and it is not too long ago."""
    over = session.state in ("scheduled", "missed") and session.ends_at is not None and session.ends_at <= now
    return len(session.attendee_ids) == 2 and (session.state == "held" or over) and now < kept_until(conference)


def problems(details: Details) -> dict[str, str]:
    """What is wrong with each field, in words."""
    wrong: tuple[tuple[str, Callable[[str], bool], str], ...] = (
        ("email", is_address, _("That is not a mail address. Write it as name@example.org.")),
        ("phone", _is_phone, _("That is not a phone number. Write it as +34 600 000 000, or leave it empty.")),
        ("web", _is_web, _("That is not a web address. Write it as https://example.org, or leave it empty.")),
    )
    found = {name: message for name, fits, message in wrong if not fits(getattr(details, name))}
    return found | {
        name: _("That is too long: %(most)s characters at most.") % {"most": most}
        for name, most in MOST.items()
        if len(getattr(details, name)) > most
    }


def _is_phone(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return not text or (_PHONE.fullmatch(text) is not None and 3 <= digits <= 20)


def _is_web(text: str) -> bool:
    if not text:
        return True
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  # raises where it is none
    except ValueError:
        return False
    plain = text.isprintable() and not any(c in text for c in ' "<>\\^`{|}')
    return plain and parts.scheme in ("http", "https") and "." in (parts.hostname or "") and "@" not in parts.netloc
