"""Mails are sent once they are true, while they are true, and as often as it takes, to a real SMTP server."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiosmtpd.smtp import SMTP
from fastapi import FastAPI

from services.kit.db import Pool
from services.portal.api.clients import connect
from services.portal.api.deps import Deps
from services.portal.api.mail import Mailer
from services.portal.api.pages.router import pages_router
from services.portal.domain import mails
from services.portal.domain.mails import Notice
from services.portal.domain.read_model import Attendee, Conference, Row, Session, Suggestion
from services.portal.settings import Settings
from services.portal.store.mail import MailStore
from services.portal.store.sign_in import Signer
from services.portal.store.write import ReadModelStore
from tests.conftest import MakeDatabase

NOW = datetime(2027, 5, 14, 7, 0, tzinfo=UTC)
HERE = UUID(int=1)
CONFERENCE = Conference(HERE, 1, "pycamp", "PyCamp", "Europe/Madrid", date(2027, 5, 14), date(2027, 5, 15), "")
ANA = Attendee(UUID(int=11), 1, HERE, "T-1", "Ana Ruiz", "ana@example.org", "joined", 4, (), ())
SESSION = Session(
    UUID(int=90), 1, HERE, (ANA.id,), "coffee", "scheduled", None, "Corner A", NOW + timedelta(hours=1),
    NOW + timedelta(hours=2), 0, "", NOW,
)  # fmt: skip


@dataclass
class Desk:
    """A mail server, the sender before it, and a clock."""

    pool: Pool
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: str = ""
    now: datetime = NOW
    mailer: Mailer = None  # type: ignore[assignment]

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            return self.refuses
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    async def know(self, *rows: Row) -> None:
        for row in rows:
            await ReadModelStore(self.pool).upsert([row])  # type: ignore[arg-type]

    async def wait(self, *notices: Notice) -> None:
        await MailStore(self.pool, self.now).add(notices)  # type: ignore[arg-type]

    async def send(self) -> int:
        """Sends what is due; how many were handed over in all."""
        while await self.mailer.send_next():
            pass
        return len(self.mails)

    async def why(self) -> str:
        return str(await self.pool.fetchval("SELECT problem FROM mail WHERE dropped_at IS NOT NULL"))


@pytest.fixture
async def desk(database: MakeDatabase) -> AsyncIterator[Desk]:
    made = await database("portal")
    desk = Desk(made.pool)
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(desk), "127.0.0.1", 0)
    settings = Settings(
        database_url=made.url, kafka_bootstrap="unused", public_url="http://portal.test", attendee_grpc="unused",
        matchmaking_grpc="unused", scheduling_grpc="unused", secret_key="s" * 40, smtp_host="127.0.0.1",
        smtp_port=server.sockets[0].getsockname()[1], mail_from="hallway@example.org", mail_tries=3,
    )  # fmt: skip
    clients = connect("unused", "unused", "unused")
    desk.mailer = Mailer(Deps(settings, made.pool, clients, lambda: desk.now, Signer("s" * 40)))
    await desk.know(CONFERENCE)
    yield desk
    server.close()
    await clients.stop()


async def test_a_person_who_is_not_known_yet_is_written_to_once_they_are(desk: Desk):
    await desk.wait(mails.welcome(ANA))
    assert await desk.send() == 0
    await desk.know(ANA)
    desk.now += timedelta(seconds=5)
    assert await desk.send() == 1
    assert desk.mails[0]["To"] == "ana@example.org"
    desk.now += timedelta(days=1)
    assert await desk.send() == 1


async def test_a_mail_is_in_the_language_its_person_chose_and_the_next_ones_in_theirs(desk: Desk):
    bea = replace(ANA, id=UUID(int=12), ticket="T-2", name="Bea", email="bea@example.org")
    await desk.know(ANA, bea)
    await desk.pool.execute("INSERT INTO person_language VALUES ($1, 'de')", ANA.id)
    both = replace(SESSION, attendee_ids=(ANA.id, bea.id))
    await desk.wait(*mails.of_session(UUID(int=5), "scheduled", both))
    assert await desk.send() == 2
    words = {str(mail["To"]): (mail["Subject"], mail.get_body(("plain",)).get_content()) for mail in desk.mails}  # type: ignore[union-attr]
    assert words["ana@example.org"][0] == "Du triffst Bea: Freitag, 14. Mai, 10:00 bis 11:00 (Europe/Madrid)"
    assert "Hallo Ana Ruiz," in words["ana@example.org"][1]
    assert "Was: ein Kaffee" in words["ana@example.org"][1]
    assert words["bea@example.org"][0] == "You meet Ana Ruiz: Friday 14 May, 10:00 to 11:00 (Europe/Madrid)"


async def test_nobody_is_written_to_whose_registration_is_cancelled(desk: Desk):
    await desk.know(replace(ANA, state="cancelled"))
    await desk.wait(mails.welcome(ANA))
    assert await desk.send() == 0
    assert await desk.why() == "the person's registration is cancelled"


async def test_nobody_is_told_of_a_session_that_is_over(desk: Desk):
    await desk.know(ANA)
    await desk.wait(*mails.of_session(UUID(int=5), "scheduled", SESSION))
    desk.now += timedelta(hours=3)
    assert await desk.send() == 0
    assert await desk.why() == "the session is over"


async def test_a_mail_about_suggestions_goes_out_only_while_one_is_open(desk: Desk):
    notice = Notice(UUID(int=6), "suggestions", HERE, str(ANA.id))
    opened = Suggestion(UUID(int=60), 1, HERE, (ANA.id,), "tie", "coffee", "open", None, ())
    await desk.know(ANA, replace(opened, state="expired"))
    await desk.wait(notice)
    assert await desk.send() == 0
    assert await desk.why() == "no suggestion is open any more"
    await desk.know(replace(opened, id=UUID(int=61)))
    await desk.wait(replace(notice, event_id=UUID(int=7)))
    assert await desk.send() == 1
    assert desk.mails[0]["Subject"] == "People to meet at PyCamp"


async def test_a_refused_mail_is_tried_again_and_given_up_in_the_end_without_telling_the_address(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    desk.refuses = "550 ana@example.org is unknown here"
    await desk.know(ANA)
    await desk.wait(mails.welcome(ANA))
    for _ in range(3):
        assert await desk.send() == 0
        desk.now += timedelta(hours=1)
    assert await desk.why() == "given up after 3 tries: SMTPDataError 550"
    desk.refuses = ""
    assert await desk.send() == 0
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("services.")]
    assert len(ours) == 3
    assert "ana@example.org" not in "".join(ours)


async def test_an_organizers_link_goes_to_the_address_that_asked(desk: Desk):
    await desk.wait(Notice(UUID(int=8), "sign-in", HERE, "olga@example.org", "owner"))
    assert await desk.send() == 1
    assert desk.mails[0]["To"] == "olga@example.org"
    assert "http://portal.test/sign-in/" in desk.mails[0].get_content()
    kept = await desk.pool.fetchval("SELECT mail::text FROM mail")
    assert "/sign-in/" not in kept


async def test_an_address_that_is_none_is_given_up_and_the_next_mail_goes_out(desk: Desk):
    await desk.know(replace(ANA, email="ana\r\nBcc: all@example.org"), replace(ANA, id=UUID(int=12)))
    await desk.wait(mails.welcome(ANA), mails.welcome(replace(ANA, id=UUID(int=12))))
    assert await desk.send() == 1


async def test_a_mail_of_the_night_waits_and_only_the_newest_about_a_session_goes_out(desk: Desk):
    desk.now = datetime(2027, 5, 13, 22, 0, tzinfo=UTC)  # midnight in Madrid
    later = replace(SESSION, starts_at=NOW + timedelta(hours=9), ends_at=NOW + timedelta(hours=10))
    await desk.know(ANA)
    await desk.wait(*mails.of_session(UUID(int=5), "scheduled", later))
    assert await desk.send() == 0
    await desk.wait(*mails.of_session(UUID(int=6), "moved", later))
    assert await desk.send() == 0
    desk.now = datetime(2027, 5, 14, 6, 0, tzinfo=UTC)
    assert await desk.send() == 1
    assert desk.mails[0]["Subject"].startswith("Moved:")


async def test_what_is_about_to_begin_is_told_at_night_too(desk: Desk):
    desk.now = datetime(2027, 5, 14, 5, 0, tzinfo=UTC)  # seven in Madrid; the session is at ten past eight
    await desk.know(ANA)
    soon = replace(SESSION, starts_at=desk.now + timedelta(minutes=70), ends_at=desk.now + timedelta(minutes=100))
    await desk.wait(*mails.of_session(UUID(int=5), "cancelled", replace(soon, state="cancelled")))
    assert await desk.send() == 1


async def test_on_the_evening_before_one_mail_lists_the_sessions_of_the_day(desk: Desk):
    bea = replace(ANA, id=UUID(int=12), ticket="T-2", name="Bea", email="bea@example.org")
    desk.now = datetime(2027, 5, 13, 16, 0, tzinfo=UTC)  # six in the evening in Madrid
    second = replace(SESSION, id=UUID(int=91), starts_at=NOW + timedelta(hours=4), ends_at=NOW + timedelta(hours=5),
                     attendee_ids=(ANA.id, bea.id))  # fmt: skip
    off = replace(SESSION, id=UUID(int=92), state="cancelled", attendee_ids=(bea.id,))
    day_after = replace(
        SESSION, id=UUID(int=93), starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=1, hours=1)
    )
    await desk.know(ANA, bea, second, SESSION, off, day_after)
    desk.now -= timedelta(hours=1)
    assert not await desk.mailer.remind()  # it is afternoon still
    desk.now += timedelta(hours=1)
    assert await desk.mailer.remind()
    assert not await desk.mailer.remind()
    assert await desk.send() == 2
    said = {str(mail["To"]): mail for mail in desk.mails}
    ana = said["ana@example.org"]
    assert ana["Subject"] == "Tomorrow: 2 sessions at PyCamp"
    body = ana.get_content().replace("\r\n", "\n")
    assert "10:00 to 11:00, Corner A: a coffee with the others\n13:00 to 14:00, Corner A: a coffee with Bea\n" in body
    assert said["bea@example.org"]["Subject"] == "Tomorrow: 1 session at PyCamp"
    desk.now += timedelta(days=1)
    assert await desk.mailer.remind()
    assert await desk.send() == 3  # of the day after, and Ana alone has something then
    assert desk.mails[-1]["To"] == "ana@example.org"


async def test_a_reminder_of_what_was_called_off_meanwhile_is_not_sent(desk: Desk):
    desk.now = datetime(2027, 5, 13, 16, 0, tzinfo=UTC)
    await desk.know(ANA, SESSION)
    assert await desk.mailer.remind()
    await desk.know(replace(SESSION, version=2, state="cancelled"))
    assert await desk.send() == 0
    assert await desk.why() == "no session is left on that day"


async def test_mails_about_suggestions_can_be_declined_with_one_click_and_those_about_sessions_cannot(desk: Desk):
    await desk.know(ANA, Suggestion(UUID(int=61), 1, HERE, (ANA.id,), "tie", "coffee", "open", None, ()))
    await desk.wait(Notice(UUID(int=6), "suggestions", HERE, str(ANA.id)))
    await desk.send()
    mail = desk.mails[0]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = str(mail["List-Unsubscribe"]).removeprefix("<http://portal.test").removesuffix(">")
    app = FastAPI()
    app.include_router(pages_router(desk.mailer._deps))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal.test") as program:
        assert (await program.get(path)).status_code == 200
        assert await desk.pool.fetchval("SELECT count(*) FROM unsubscribed") == 0  # mail scanners fetch every link
        assert (await program.get(f"{path}x")).status_code == 404
        for content, kind in ((b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
                              (b"--b\r\n\r\n--b--", "multipart/form-data; boundary=b")):  # fmt: skip
            program.cookies.clear()
            answer = await program.post(path, content=content, headers={"content-type": kind})
            assert answer.status_code == 200
            assert "no more mails about suggestions" in answer.text
        await desk.wait(
            Notice(UUID(int=7), "suggestions", HERE, str(ANA.id)), *mails.of_session(UUID(int=8), "scheduled", SESSION)
        )
        assert await desk.send() == 2
        assert desk.mails[1]["Subject"].startswith("You meet")
        assert desk.mails[1]["List-Unsubscribe"] is None
        assert await desk.why() == "the person has unsubscribed from such mails"
        await program.post(f"{path}/back")
        await desk.wait(Notice(UUID(int=9), "suggestions", HERE, str(ANA.id)))
        assert await desk.send() == 3
