"""Rules of signing in, and the words people read."""

from datetime import date
from uuid import UUID

import pytest

from services.portal.domain.roles import Role
from services.portal.domain.sign_in import Identity, LinkRefused, Refusal, usual_address
from services.portal.domain.words import Reason, together, why
from services.portal.handlers.sign_in import who
from services.portal.handlers.sign_in_request import request_link
from services.portal.store.sign_in import Signer

HERE = UUID(int=1)
ELSEWHERE = UUID(int=2)
TODAY = date(2026, 5, 14)


class Memory:
    """The ports of signing in, held in memory."""

    def __init__(self, *known: Identity) -> None:
        self.known = known
        self.asked: list[str] = []
        self.queued: list[Identity] = []

    async def find(self, cookie):
        return self.known[0] if cookie == "good" else None

    async def open(self, cookie, identity, lasts):
        raise AssertionError("nobody signs in here")

    async def close(self, cookie):
        raise AssertionError("nobody signs out here")

    async def requests_in_the_last_hour(self, asker):
        self.asked.append(asker)
        return self.asked.count(asker)

    async def entries(self, address, conference_id):
        return [identity for identity in self.known if address == "ada@example.org"]

    async def queue_link(self, identity):
        self.queued.append(identity)


ADA = Identity("a1", Role.ATTENDEE, HERE)


async def test_a_session_of_one_conference_is_nobody_at_another():
    assert await who(Memory(ADA), "good", HERE) == ADA
    assert await who(Memory(ADA), "good", ELSEWHERE) is None
    assert await who(Memory(ADA), "bad", HERE) is None
    assert await who(Memory(ADA), None, HERE) is None


async def test_a_new_link_goes_to_a_known_address_however_it_is_typed():
    memory = Memory(ADA)
    await request_link(memory, " Ada@Example.org ", "192.0.2.1", None)
    assert memory.queued == [ADA]


async def test_an_unknown_address_gets_no_mail():
    memory = Memory(ADA)
    await request_link(memory, "eve@example.org", "192.0.2.1", None)
    assert memory.queued == []


async def test_the_fourth_link_within_an_hour_is_not_sent():
    memory = Memory(ADA)
    for _ in range(5):
        await request_link(memory, "ada@example.org", "192.0.2.1", None)
    assert len(memory.queued) == 3


async def test_one_client_asks_for_thirty_people_an_hour_at_most():
    memory = Memory(ADA)
    for number in range(30):
        await request_link(memory, f"p{number}@example.org", "192.0.2.1", None)
    await request_link(memory, "ada@example.org", "192.0.2.1", None)
    assert memory.queued == []


@pytest.mark.parametrize("token", ["", "x", "a.b", "İ", "e30.e30", "a" * 5000])
def test_a_token_this_portal_did_not_sign_is_refused(token):
    with pytest.raises(LinkRefused) as refused:
        Signer("k" * 40).link_id(token)
    assert refused.value.refusal is Refusal.TAMPERED


def test_a_token_of_another_secret_is_refused():
    token = Signer("k" * 40).link_token(HERE)
    assert Signer("k" * 40).link_id(token) == HERE
    with pytest.raises(LinkRefused):
        Signer("l" * 40).link_id(token)


def test_a_viewer_sees_numbers_and_no_people():
    assert Identity("v@example.org", Role.VIEWER, HERE).is_organizer
    assert not Identity("v@example.org", Role.VIEWER, HERE).sees_people
    assert Identity("o@example.org", Role.ORGANIZER, HERE).sees_people
    assert not Identity("d@example.org", Role.DESK, HERE).sees_people
    assert not ADA.is_organizer
    assert not ADA.sees_people


def test_addresses_have_one_spelling():
    assert usual_address(" Ada@EXAMPLE.org\n") == "ada@example.org"


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            Reason("the packaging list", "reply", 5, 4, "2026-03", "2026-05"),
            "You answered each other 9 times on the packaging list since March 2026.",
        ),
        (Reason("#dev", "mention", 2, 0, "2026-04", "2026-04"), "You mentioned Bo twice on #dev in April 2026."),
        (Reason("#dev", "reply", 0, 1, "", ""), "Bo answered you once on #dev."),
        (
            Reason("the old list", "reply", 3, 3, "2023-01", "2024-12"),
            "You answered each other 6 times on the old list between January 2023 and December 2024.",
        ),
        (Reason(interest="typing"), "You both named “typing” as an interest."),
        (Reason("#dev", "reply", 1, 0, "2026-13", "tomorrow"), "You answered Bo once on #dev."),
    ],
)
def test_evidence_is_said_in_words(reason, sentence):
    assert why("tie", [reason], "Bo", TODAY) == [sentence]


def test_a_suggestion_without_evidence_is_labelled_by_its_route():
    assert why("friend_of_friend", [], "Bo", TODAY) == ["Somebody you both talk with online is here too."]
    assert why("tie", [Reason("#dev", "reply")], "Bo", TODAY) == ["The two of you have been in touch online."]
    assert why("made up", [], "Bo", TODAY) == [
        "A small table for people who are new to each other. Everybody at it has said yes to meeting people."
    ]


def test_names_are_joined_as_people_say_them():
    assert together(["Ada"]) == "Ada"
    assert together(["Ada", "Bo"]) == "Ada and Bo"
    assert together(["Ada", "Bo", "Cy"]) == "Ada, Bo and Cy"
