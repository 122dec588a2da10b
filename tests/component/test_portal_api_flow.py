"""From registered to a session in the calendar, through the API before all real services."""

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from icalendar import Calendar

from tests.conftest import MakeDatabase, eventually
from tests.portal_hall import Hall, hall

CANARY = "zugzwang-canary-5521"
PEOPLE = (
    "ticket,name,email,handles,interests,formats,budget,joined\n"
    "T-1,Ana Ruiz,ana@example.org,irc:ana,packaging,coffee,4,yes\n"
    "T-2,Bo Berg,bo@example.org,irc:bo,,coffee,4,no\n"
    "T-3,Cy Okafor,cy@example.org,,,,,no\n"
)
VENUE = (
    "name,capacity,seats,formats,opens,closes,time_zone\n"
    "Corner A,4,4,coffee;table,09:00,18:00,Europe/Lisbon\n"  # an hour behind Madrid
)
TALKS = (
    "id,title,room,starts,ends,speaker_emails\n"
    "t1,Wheels,Main,2027-05-14 10:00,2027-05-14 18:00,ANA@example.org x@y.org\n"
)
LOG = "".join(
    f"[10:{minute:02}] <ana> bo: {CANARY}\n[10:{minute:02}] <bo> ana: indeed\n" for minute in range(30)
).encode()


class Mailbox:
    """A mail server that keeps what it gets, and refuses the first mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refused = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if not self.refused:
            self.refused += 1
            return "451 not now"
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def of(self, address: str, begins: str) -> list[EmailMessage]:
        return [m for m in self.mails if m["To"] == address and m["Subject"].startswith(begins)]


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, int]]:
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box), "127.0.0.1", 0)
    yield box, server.sockets[0].getsockname()[1]
    server.close()


async def until(hall: Hall, path: str, found: Any) -> Any:
    """What the path answers once ``found`` is true of it."""
    answer: Any = None

    async def check() -> bool:
        nonlocal answer
        answer = (await hall.api.get(path)).json()
        return bool(found(answer))

    await eventually(check)
    return answer


async def everything_kept(hall: Hall) -> str:
    """All rows of the portal's database as one text."""
    tables = await hall.pool.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    rows = [await hall.pool.fetch(f'SELECT t::text AS row FROM "{t["relname"]}" t') for t in tables]
    return "\n".join(r["row"] for table in rows for r in table)


async def test_two_people_who_talk_online_meet(
    database: MakeDatabase, kafka_settings: dict[str, Any], mailbox: tuple[Mailbox, int]
):
    box, port = mailbox
    async with hall(database, kafka_settings, port) as h:
        await h.conference()
        base = "/conferences/pycamp"
        answer = await h.csv(f"{base}/registrations", PEOPLE)
        assert answer.json() == {"registered": 3, "updated": 0, "unchanged": 0}
        assert (await h.csv(f"{base}/registrations", PEOPLE)).json()["unchanged"] == 3
        assert (await h.csv(f"{base}/venue", VENUE, "PUT")).json()["places"][0]["name"] == "Corner A"
        talks = await h.csv(f"{base}/talks", TALKS, "PUT")
        assert talks.json() == {"talks": 1, "speakers_not_registered": ["x@y.org"], "sessions": []}

        source = await h.api.post(
            f"{base}/sources?network=irc&name=chat&visibility=public",
            files=[("files", ("2027-05-01.log", LOG)), ("files", ("empty.log", b""))],
        )
        assert source.status_code == 201, source.text
        assert source.json()["interactions"] == 59  # nobody knows bo before bo speaks
        assert (await h.api.post(f"{base}/join", json={"tickets": ["T-2"]})).json() == {"joined": 1}

        people = await until(h, f"{base}/attendees", lambda a: len(a["attendees"]) == 3)
        ana, bo, cy = sorted(people["attendees"], key=lambda a: a["ticket"])
        assert (ana["state"], cy["state"], ana["interests"]) == ("joined", "registered", ["packaging"])
        (tie,) = (await h.api.get(f"{base}/ties?attendee={ana['id']}")).json()["ties"]
        assert {tie["a"], tie["b"]} == {ana["id"], bo["id"]}
        assert tie["counts"][0]["month"] == "2027-05"

        mine = f"{base}/attendees/{ana['id']}/suggestions"
        (suggestion,) = (await until(h, mine, lambda a: a["suggestions"]))["suggestions"]
        assert suggestion["route"] == "tie"
        assert suggestion["evidence"][0]["source_name"] == "chat"
        answers = [
            await h.api.post(
                f"{base}/attendees/{p['id']}/suggestions/{suggestion['id']}/answer", json={"answer": "yes"}
            )
            for p in (ana, bo)
        ]
        assert [a.json() for a in answers] == [{"matched": False}, {"matched": True}]

        found = await until(h, f"{base}/sessions?attendee={bo['id']}", lambda a: a["sessions"])
        (session,) = found["sessions"]
        assert session["state"] == "scheduled"
        assert session["place"]["name"] == "Corner A"
        # The talk ends at 18:00 in Madrid, the corner closes an hour later: at 18:00 in Lisbon.
        assert "2027-05-14T16:00:00" <= session["starts_at"] <= "2027-05-14T16:30:00Z"
        await check_calendars(h, base, session, bo)
        await check_dashboard(h, base, cy)
        await check_mail(box, session)
        await organize(h, base, session)
        await move_and_cancel(h, base, session, ana, box)

        kept = await everything_kept(h)
        assert "Ana Ruiz" in kept
        assert CANARY not in kept
        assert not any(CANARY in str(m) for m in box.mails)


async def check_calendars(h: Hall, base: str, session: Any, bo: Any) -> None:
    """The entry and the feed can be read back, and a second fetch is the same."""
    path = f"{base}/sessions/{session['id']}.ics"
    entry = await h.api.get(path)
    assert entry.headers["content-type"] == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(entry.content).walk("VEVENT")
    assert event["UID"] == f"{session['id']}@hallway"
    assert entry.content == (await h.api.get(path)).content
    feed = await h.api.get(f"{base}/attendees/{bo['id']}/calendar.ics")
    (event,) = Calendar.from_ical(feed.content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Coffee: Ana Ruiz"


async def check_dashboard(h: Hall, base: str, cy: Any) -> None:
    """It counts the session and names who is left out."""
    numbers = await until(h, f"{base}/dashboard", lambda d: d["scheduled"] == 1)
    names = ("registered", "joined", "with_ties", "suggested", "matched", "people_reached", "left_out_total")
    assert [numbers[name] for name in names] == [3, 2, 2, 2, 2, 2, 1]
    assert [(p["attendee_id"], p["words"]) for p in numbers["left_out"]] == [(cy["id"], "has not joined yet")]
    assert numbers["latest"][0]["state"] == "scheduled"


async def check_mail(box: Mailbox, session: Any) -> None:
    """Both get an invitation that holds no address but their own; everybody was welcomed once."""

    async def sent() -> bool:
        return bool(box.of("ana@example.org", "You meet Bo Berg") and box.of("bo@example.org", "You meet Ana Ruiz"))

    await eventually(sent)
    (mail,) = box.of("ana@example.org", "You meet Bo Berg")
    (invitation,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert invitation.get_param("method") == "REQUEST"
    content = invitation.get_content()
    text = content.decode() if isinstance(content, bytes) else content
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert event["UID"] == f"{session['id']}@hallway"
    assert "bo@example.org" not in mail.as_string() and "bo@example.org" not in text

    async def welcomed() -> bool:
        return {m["To"] for m in box.mails if m["Subject"].startswith("Meet people")} >= {
            "ana@example.org", "bo@example.org", "cy@example.org",
        }  # fmt: skip

    await eventually(welcomed)
    assert len(box.of("bo@example.org", "Meet people")) == 1
    assert "http://portal.test/sign-in/" in box.of("bo@example.org", "Meet people")[0].get_content()
    assert box.refused == 1  # and it was sent again


async def organize(h: Hall, base: str, session: Any) -> None:
    """An organizer sees what a change would do, freezes the plan, reads a session's history, takes a change back."""
    other = VENUE.replace("Corner A", "Garden")
    shown = (await h.csv(f"{base}/venue?preview=true", other, "PUT")).json()
    assert (shown["rehomed"], [s["id"] for s in shown["sessions"]]) == (1, [session["id"]])
    assert "Corner A is not there then any more" in shown["sessions"][0]["reason"]
    assert (await h.api.put(f"{base}/plan", json={"frozen": True})).json() == {"frozen": True}
    refused = await h.csv(f"{base}/venue?rehome=true", other, "PUT")
    assert refused.status_code == 409, refused.text
    assert "the plan is frozen" in refused.text
    assert (await h.api.put(f"{base}/plan", json={"frozen": False})).json() == {"frozen": False}
    (version,) = (await h.api.get(f"{base}/sessions/{session['id']}/history")).json()["versions"]
    assert (version["state"], version["place_name"], version["version"]) == ("scheduled", "Corner A", 1)
    assert (await h.api.post(f"{base}/undo")).json() == {"undone": "talks", "sessions": []}
    await change_formats(h, base, session)


async def change_formats(h: Hall, base: str, session: Any) -> None:
    """Formats are what an organizer makes of them; what was agreed stays, and is named."""
    evening = {"name": session["format"], "opens": "20:00", "closes": "02:00", "minutes": 60, "notice": 0, "people": 8}
    shown = (await h.api.put(f"{base}/formats?preview=true", json={"formats": [evening]})).json()
    assert [s["id"] for s in shown["sessions"]] == [session["id"]]
    usual = (await h.api.get(f"{base}/formats")).json()["formats"]
    assert evening | {"best": []} in shown["formats"]
    assert evening | {"best": []} not in usual
    done = (await h.api.put(f"{base}/formats", json={"formats": [evening]})).json()
    assert done == shown
    assert (await h.api.get(f"{base}/formats")).json()["formats"] == done["formats"]
    wrong = await h.api.put(f"{base}/formats", json={"formats": [evening | {"minutes": 50}]})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "formats[0].minutes")
    assert (await h.api.post(f"{base}/undo")).json() == {"undone": "formats", "sessions": []}
    assert (await h.api.get(f"{base}/formats")).json()["formats"] == usual


async def move_and_cancel(h: Hall, base: str, session: Any, ana: Any, box: Mailbox) -> None:
    """A move raises SEQUENCE; calling it off takes it out of calendars."""
    path = f"{base}/sessions/{session['id']}"
    offer = (await h.api.get(f"{path}/offers")).json()["offers"][0]
    body = {"attendee": ana["id"], "place": offer["place"]["id"]}
    moved = await h.api.post(f"{path}/move", json=body | {"starts_at": offer["starts_at"], "ends_at": offer["ends_at"]})
    assert moved.status_code == 200, moved.text
    assert moved.json()["calendar_sequence"] == session["calendar_sequence"] + 1

    async def told(begins: str) -> None:
        async def check() -> bool:
            return bool(box.of("bo@example.org", begins))

        await eventually(check)

    await told("Moved: Ana Ruiz")
    cancelled = await h.api.post(f"{path}/cancel", json={"reason": "the corner is flooded"})
    assert cancelled.json()["state"] == "cancelled"
    await told("Called off: Ana Ruiz")
    (mail,) = box.of("bo@example.org", "Called off")
    assert "Why: the corner is flooded" in str(mail)
    # Mail and read model follow Kafka each by itself: the one may be ahead.
    listed = await until(h, f"{base}/sessions", lambda a: a["sessions"][0]["state"] == "cancelled")
    entry = Calendar.from_ical((await h.api.get(f"{path}.ics")).content).walk("VEVENT")[0]
    assert entry["SEQUENCE"] == listed["sessions"][0]["calendar_sequence"] == session["calendar_sequence"] + 2
    again = await h.api.post(f"{path}/move", json=body | {"starts_at": offer["starts_at"], "ends_at": offer["ends_at"]})
    assert again.status_code == 409, again.text


async def test_what_an_organizer_can_read_is_the_same_whatever_somebody_answered(
    database: MakeDatabase, kafka_settings: dict[str, Any]
):
    async with hall(database, kafka_settings) as h:
        seen = [await organizers_view(h, f"world-{i}", answer) for i, answer in enumerate(("", "no", "not_now"))]
    assert seen[0] == seen[1] == seen[2]


async def organizers_view(h: Hall, slug: str, answer: str) -> list[str]:
    """All that can be read of a conference where Ana gave this answer, ids and times of creation left out."""
    conference, base = await h.conference(slug), f"/conferences/{slug}"
    await h.csv(f"{base}/registrations", PEOPLE)
    await h.api.post(f"{base}/sources?network=irc&name=chat&visibility=public", files={"files": ("a.log", LOG)})
    await h.api.post(f"{base}/join", json={"tickets": ["T-2"]})
    people = (await until(h, f"{base}/attendees", lambda a: len(a["attendees"]) == 3))["attendees"]
    ana, bo, cy = sorted(people, key=lambda a: a["ticket"])
    mine = f"{base}/attendees/{ana['id']}/suggestions"
    (suggestion,) = (await until(h, mine, lambda a: a["suggestions"]))["suggestions"]
    await until(h, f"{base}/dashboard", lambda d: d["suggested"] == d["with_ties"] == d["joined"] == 2)
    if answer:
        answered = await h.api.post(f"{mine}/{suggestion['id']}/answer", json={"answer": answer})
        assert answered.json() == {"matched": False}
    await asyncio.sleep(1)  # were there an event, it would be here
    paths = (mine, f"{base}/attendees/{bo['id']}/suggestions", f"{base}/dashboard", f"{base}/sessions",
             f"{base}/what-worked")  # fmt: skip
    views = [(await h.api.get(path)).text for path in paths]
    known = [conference["id"], ana["id"], bo["id"], cy["id"], suggestion["id"], suggestion["expires_at"]]
    known.append(suggestion["evidence"][0]["source_id"])
    for i, text in enumerate(known):
        views = [view.replace(text, f"<{i}>") for view in views]
    assert "a suggestion waits for an answer" in views[2]
    return views
