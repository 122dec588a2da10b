"""The sample community: always the same, readable by the real importers, and like a real community."""

import csv
import io
from collections import Counter
from datetime import date
from itertools import combinations

import pytest

from sample import Sample, generate, next_tuesday
from services.attendee.importers import Tally, import_archive

TUESDAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate(1, TUESDAY)


def table(sample: Sample, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sample.files[name].decode())))


def imported(sample: Sample) -> dict[str, Tally]:
    chat = [(name, [content]) for name, content in sample.files.items() if name.startswith("chat/")]
    mail = [("packaging-list.mbox", [sample.files["packaging-list.mbox"]])]
    return {
        "irc": import_archive("irc", chat, max_bytes=10_000_000),
        "mailto": import_archive("mbox", mail, max_bytes=10_000_000),
    }


def neighbours(sample: Sample) -> Counter[str]:
    """How many other attendees each ticket has exchanged words with."""
    ticket = {handle: row["ticket"] for row in table(sample, "registrations.csv") for handle in row["handles"].split()}
    pairs = set()
    for network, tally in imported(sample).items():
        for seen, _ in tally.counts():
            two = ticket.get(f"{network}:{seen.actor}"), ticket.get(f"{network}:{seen.target}")
            if two[0] and two[1]:
                pairs.add(frozenset(two))
    return Counter(name for pair in pairs for name in pair if name)


def test_a_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert generate(7, TUESDAY).files == generate(7, TUESDAY).files
    assert generate(7, TUESDAY).files["registrations.csv"] != generate(8, TUESDAY).files["registrations.csv"]


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 30), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2026, 12, 8)),
        (date(2026, 12, 2), date(2026, 12, 8)),
    ],
)
def test_the_conference_starts_on_the_next_tuesday(today: date, first: date) -> None:
    assert next_tuesday(today) == first


def test_there_are_240_people_with_a_ticket_name_and_address_of_their_own(sample: Sample) -> None:
    people = table(sample, "registrations.csv")
    assert list(people[0]) == ["ticket", "name", "email", "handles", "interests", "formats", "budget", "joined"]
    assert [len({row[column] for row in people}) for column in ("ticket", "name", "email")] == [240, 240, 240]
    assert all(row["email"].endswith("@example.org") and row["email"].isascii() for row in people)


def test_nicks_are_told_apart(sample: Sample) -> None:
    nicks = [h for row in table(sample, "registrations.csv") for h in row["handles"].split() if h.startswith("irc:")]
    assert len(nicks) == len(set(nicks)) > 100


def test_what_people_ticked_is_what_the_form_offers(sample: Sample) -> None:
    offered = {"coffee", "lunch", "table", "drink", "walk", "call"}
    for row in table(sample, "registrations.csv"):
        assert set(row["formats"].split(";")) <= offered and row["interests"] and 1 <= int(row["budget"]) <= 5


def test_most_people_joined_while_registering_and_some_did_not(sample: Sample) -> None:
    joined = Counter(row["joined"] for row in table(sample, "registrations.csv"))
    assert set(joined) == {"yes", "no"} and 190 <= joined["yes"] <= 215


def test_the_archives_are_as_long_as_promised(sample: Sample) -> None:
    tallies = imported(sample)
    chat = b"".join(content for name, content in sample.files.items() if name.startswith("chat/"))
    assert 1_450 <= tallies["mailto"].messages <= 1_550
    assert 2_700 <= chat.count(b"\n") <= 3_500
    assert tallies["mailto"].skipped == tallies["irc"].skipped == 0


def test_the_chat_has_joins_quits_and_nick_changes(sample: Sample) -> None:
    chat = b"".join(content for name, content in sample.files.items() if name.startswith("chat/"))
    assert all(chat.count(event) > 10 for event in (b"has joined", b"has quit", b"is now known as"))


def test_the_archives_end_before_the_conference(sample: Sample) -> None:
    months = [seen.month for tally in imported(sample).values() for seen, _ in tally.counts()]
    assert min(months) >= "2025-06" and max(months) <= "2026-12"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_about_one_in_eight_has_no_tie_and_a_few_are_very_popular(seed: int) -> None:
    degrees = neighbours(generate(seed, TUESDAY))
    ranked = sorted(degrees.values(), reverse=True)
    assert 24 <= 240 - len(degrees) <= 36
    assert ranked[2] >= 3 * ranked[len(ranked) // 2]


def test_speakers_are_attendees_and_no_room_has_two_talks_at_once(sample: Sample) -> None:
    talks = table(sample, "talks.csv")
    emails = {row["email"] for row in table(sample, "registrations.csv")}
    assert all(set(talk["speaker_emails"].split(";")) <= emails for talk in talks)
    for one, other in combinations(talks, 2):
        apart = one["ends"] <= other["starts"] or other["ends"] <= one["starts"]  # as text: YYYY-MM-DD HH:MM
        assert one["room"] != other["room"] or apart
    assert {talk["starts"][:10] for talk in talks} == {"2026-12-01", "2026-12-02"}


def test_the_venue_has_a_place_for_every_format(sample: Sample) -> None:
    places = table(sample, "venue.csv")
    assert list(places[0]) == ["name", "capacity", "seats", "formats", "opens", "closes"]
    held = {name for place in places for name in place["formats"].split(";")}
    assert held == {"coffee", "lunch", "table", "drink", "walk", "call"}
    assert all(place["opens"] < place["closes"] and int(place["seats"]) >= 2 for place in places)
