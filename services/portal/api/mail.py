"""Sends the mails that wait: one at a time, again later when the mail server does not take one."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import aiosmtplib

from services.kit.db import Connection
from services.portal.api import calendar
from services.portal.api.catalogues import catalogue
from services.portal.api.deps import Deps
from services.portal.domain import language, mails
from services.portal.domain.mail_times import DECLINABLE, held_until
from services.portal.domain.mails import Facts
from services.portal.domain.read_model import Attendee, Conference, Session
from services.portal.store import announcements, reads, reminders, subscribing
from services.portal.store import language as languages
from services.portal.store import mail as store
from services.portal.store.mail import Due, MailStore
from services.portal.store.sign_in import issue_link

EVENING = (18, 21)  # local hours in which people are reminded of tomorrow
LINK_LASTS = {"sign-in": timedelta(hours=2)}
USUAL_LINK_LASTS = timedelta(days=14)
PATIENCE = timedelta(minutes=2)  # a sender that died is given up after that
SMTP_SECONDS = 30.0
log = logging.getLogger(__name__)


class Mailer:
    """The work of a Loop: ``await mailer.send_next()`` is True while there may be more to send."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def send_next(self) -> bool:
        """Sends the mail whose turn it is."""
        now = self._deps.clock()
        async with self._deps.pool.acquire() as tx, tx.transaction():
            due = await store.claim(tx, now, PATIENCE)
        if due is None:
            return False
        try:
            message = await self._write(due, now)
            if isinstance(message, str):
                await self._drop(due, now, message)
            elif message is not None:
                await self._send(message)
                async with self._deps.pool.acquire() as tx:
                    await store.sent(tx, due.id, self._deps.clock())
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            await self._failed(due, now, error)
        return True

    async def remind(self) -> bool:
        """Puts reminders of tomorrow's sessions among the mails that wait; True while there may be more."""
        now = self._deps.clock()
        async with self._deps.pool.acquire() as tx, tx.transaction():
            notices = await reminders.tomorrow(tx, now, *EVENING)
            await MailStore(tx, now).add(notices)
        return bool(notices)

    async def _write(self, due: Due, now: datetime) -> EmailMessage | str | None:
        """The mail; or in words why it is not to be sent any more; or None when it has to wait."""
        async with self._deps.pool.acquire() as tx, tx.transaction():
            conference = await reads.conference_by_id(tx, due.conference_id)
            person = await reads.attendee(tx, UUID(due.recipient)) if due.role == "attendee" else None
            if conference is None or (due.role == "attendee" and person is None):
                await store.later(tx, due.id, now + _backoff(due.tries), "its people are not known here yet")
                return "its people never became known" if due.tries >= self._deps.settings.mail_tries else None
            zone = ZoneInfo(conference.time_zone)
            planned = await _planned(tx, due, zone)
            if problem := _outdated(due, person, now) or await _unwanted(tx, due, planned):
                return problem
            if until := held_until(due.kind, due.session, self._deps.settings.quiet_hours, now, zone):
                await store.hold(tx, due.id, until)
                return None
            path = await issue_link(
                tx, self._deps.signer, subject=due.recipient, role=due.role, conference_id=due.conference_id,
                ttl=LINK_LASTS.get(due.kind, USUAL_LINK_LASTS),
            )  # fmt: skip
            people = {i for session in (*planned, due.session) if session for i in session.attendee_ids}
            names = await reads.names(tx, people) if people else {}
            said = await announcements.of_mail(tx, due.id)
            spoken = await languages.chosen(tx, person.id) if person else ""
        language.speak(catalogue(spoken or "en"))
        names = {i: name for i, name in names.items() if str(i) != due.recipient}
        url = self._deps.settings.public_url + path
        day = tuple(mails.session_line(s, [names[i] for i in s.attendee_ids if i in names], zone) for s in planned)
        others = tuple(sorted(names.values()))
        facts = Facts(conference, person.name if person else "", url, due.session, others, said, day)
        address = person.email if person else due.recipient
        message = self._message(due, mails.compose(due.kind, facts), address, now)
        if due.kind in DECLINABLE and person:
            self._let_decline(message, person.id)
        if due.session:
            self._invite(message, conference, due, address, names)
        return message

    def _let_decline(self, message: EmailMessage, attendee_id: UUID) -> None:
        """What mail programs show a button for (RFC 8058)."""
        token = self._deps.signer.unsubscribe_token(attendee_id)
        message["List-Unsubscribe"] = f"<{self._deps.settings.public_url}/unsubscribe/{token}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"

    def _message(self, due: Due, words: mails.Words, address: str, now: datetime) -> EmailMessage:
        message = EmailMessage()
        message["From"] = Address("Hallway", addr_spec=self._deps.settings.mail_from)
        message["To"] = Address(addr_spec=address)
        message["Subject"] = words.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{due.id}@hallway>"  # the same when it is sent again after a crash
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(words.text)
        return message

    def _invite(
        self, message: EmailMessage, conference: Conference, due: Due, address: str, names: dict[UUID, str]
    ) -> None:
        assert due.session is not None
        sender = self._deps.settings.mail_from
        method, content = calendar.invitation(conference, due.session, names, sender, address)
        message.add_alternative(
            content, "text", "calendar", params={"method": method, "charset": "utf-8"}, cte="base64"
        )

    async def _send(self, message: EmailMessage) -> None:
        s = self._deps.settings
        await aiosmtplib.send(
            message,
            hostname=s.smtp_host,
            port=s.smtp_port,
            username=s.smtp_user or None,
            password=s.smtp_password.get_secret_value() or None,
            start_tls=s.smtp_start_tls,
            timeout=SMTP_SECONDS,
        )

    async def _failed(self, due: Due, now: datetime, error: Exception) -> None:
        # The server's words may hold the address; the kind of error does not.
        problem = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
        if due.tries >= self._deps.settings.mail_tries:
            await self._drop(due, now, f"given up after {due.tries} tries: {problem}")
            return
        log.warning("mail %s waits: %s", due.id, problem)
        async with self._deps.pool.acquire() as tx:
            await store.later(tx, due.id, now + _backoff(due.tries), problem)

    async def _drop(self, due: Due, now: datetime, problem: str) -> None:
        log.info("mail %s (%s) is not sent: %s", due.id, due.kind, problem)
        async with self._deps.pool.acquire() as tx:
            await store.drop(tx, due.id, now, problem)


def _outdated(due: Due, person: Attendee | None, now: datetime) -> str | None:
    if person and person.state == "cancelled":
        return "the person's registration is cancelled"
    if due.session and due.session.ends_at and due.session.ends_at < now:
        return "the session is over"
    return None


def _backoff(tries: int) -> timedelta:
    """1, 2, 4 ... seconds while people may still be becoming known, up to an hour for a broken server."""
    return min(timedelta(seconds=2 ** min(tries - 1, 12)), timedelta(hours=1))


async def _planned(tx: Connection, due: Due, zone: ZoneInfo) -> list[Session]:
    """The sessions a reminder tells of: those of the day after it was added, as they are now."""
    if due.kind != "reminder":
        return []
    day = due.created_at.astimezone(zone).date() + timedelta(days=1)
    return await reminders.sessions_of(tx, UUID(due.recipient), due.conference_id, day, zone.key)


async def _unwanted(tx: Connection, due: Due, planned: Sequence[Session]) -> str | None:
    if due.kind in DECLINABLE and await subscribing.wants_none(tx, UUID(due.recipient)):
        return "the person has unsubscribed from such mails"
    if due.kind == "reminder" and not planned:
        return "no session is left on that day"
    if due.kind == "suggestions" and not await reads.open_suggestions(tx, UUID(due.recipient)):
        return "no suggestion is open any more"
    return None
