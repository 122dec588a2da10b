"""What each importer makes of a small invented archive; expectations written by hand."""

import pytest

from services.attendee.importers import ImportFailed
from tests.archives import ARCHIVES, BLUESKY, DISCORD, MASTODON, ZULIP, Files, X, channel, counts, dumped, read, said

A, B, C = "ada@example.org", "bo@example.org", "cy@example.org"
ADA_M, BO_M, CY_M = "@ada@b.social", "@bo@c.example", "@cy@b.social"
ADA_D, BO_D, CY_D = "ada.example.org", "bo.example.org", "did:plc:cy"

EXPECTED: dict[str, dict[tuple[str, str, str, str], int]] = {
    "github": {
        ("12", "11", "comment", "2026-03"): 1,
        ("12", "11", "mention", "2026-03"): 1,
        ("12", "13", "mention", "2026-03"): 1,
        ("13", "12", "review", "2026-03"): 1,
        ("11", "13", "reply", "2026-03"): 1,
    },
    "discourse": {
        ("#32", "#31", "comment", "2026-03"): 1,
        ("#31", "#32", "reply", "2026-03"): 1,
        ("#33", "#31", "reply", "2026-03"): 1,
        ("#33", "#32", "mention", "2026-03"): 1,
        ("#33", "#31", "mention", "2026-03"): 1,
    },
    "mastodon": {
        (ADA_M, BO_M, "reply", "2026-03"): 1,
        (ADA_M, CY_M, "mention", "2026-03"): 1,
        (ADA_M, "@di@d.example", "reply", "2026-03"): 1,
        (ADA_M, BO_M, "boost", "2026-03"): 1,
        (ADA_M, CY_M, "follow", ""): 1,
        (ADA_M, BO_M, "follow", ""): 1,
        (ADA_M, CY_M, "reply", "2026-03"): 1,
        (CY_M, BO_M, "boost", "2026-03"): 1,
        (CY_M, ADA_M, "reply", "2026-03"): 1,
        (CY_M, BO_M, "mention", "2026-03"): 1,
    },
    "bluesky": {
        (ADA_D, BO_D, "reply", "2026-03"): 1,
        (ADA_D, CY_D, "mention", "2026-03"): 1,
        (ADA_D, BO_D, "boost", ""): 1,
        (ADA_D, CY_D, "reply", "2026-03"): 1,
        (BO_D, ADA_D, "follow", ""): 1,
        (CY_D, ADA_D, "reply", "2026-03"): 1,
        (CY_D, BO_D, "boost", "2026-03"): 1,
        (CY_D, ADA_D, "follow", "2026-03"): 1,
    },
    "zulip": {(B, A, "reply", "2026-03"): 1, (B, C, "mention", "2026-03"): 1},
    "matrix": {
        ("@bo:m.example", "@ada:m.example", "reply", "2026-03"): 1,
        ("@bo:m.example", "@cy:m.example", "mention", "2026-03"): 1,
        ("@cy:m.example", "@ada:m.example", "comment", "2026-03"): 1,
    },
    "discord": {
        ("2", "1", "reply", "2026-03"): 1,
        ("2", "3", "mention", "2026-03"): 1,
    },
    "wordpress": {(B, A, "comment", "2026-03"): 1, (C, B, "reply", "2026-03"): 1},
    "x": {
        ("1", "2", "reply", "2026-03"): 1,
        ("1", "3", "mention", "2026-03"): 1,
        ("1", "3", "boost", "2026-03"): 1,
        ("1", "3", "follow", ""): 1,
    },
    "linkedin": {},
    "reddit": {
        ("bo", "ada", "comment", "2026-03"): 1,
        ("cy", "bo", "reply", "2026-03"): 1,
        ("ada", "bo", "reply", "2026-03"): 1,
    },
    "csv": {(A, B, "reply", "2026-03"): 1, (B, A, "comment", ""): 1},
}


def known_as(network: str, files: Files) -> dict[tuple[str, str, str, str], int]:
    """Counts by the address that the expectations use."""
    tally = read(network, files)
    wanted = {name for pair in EXPECTED[network] for name in pair[:2]}
    found = {}
    for (actor, target, kind, month), times in tally.counts():
        names = [next(iter(sorted(tally.names(who) & wanted)), who) for who in (actor, target)]
        found[names[0], names[1], kind, month] = times
    return found


@pytest.mark.parametrize("network", sorted(EXPECTED))
def test_an_archive_gives_these_interactions_and_no_others(network):
    assert known_as(network, ARCHIVES[network]) == EXPECTED[network]


PRIVATE = {
    "slack": 1, "mastodon": 2, "zulip": 2, "discord": 1, "x": 1, "linkedin": 1,
    "github": 0, "discourse": 0, "bluesky": 0, "matrix": 0, "wordpress": 0, "reddit": 0, "csv": 0, "irc": 0, "mbox": 0,
}  # fmt: skip


@pytest.mark.parametrize("network", sorted(ARCHIVES))
def test_what_others_could_not_read_is_left_out_unless_asked_for(network):
    without, told = read(network, ARCHIVES[network]), read(network, ARCHIVES[network], private=True)
    assert without.private == told.private == PRIVATE[network]
    assert sum(times for seen, times in without.counts() if seen.kind == "message") == 0
    assert sum(times for seen, times in told.counts() if seen.kind == "message") == PRIVATE[network]


UNRESOLVED = {"github": 0, "discourse": 1, "mastodon": 1, "matrix": 1, "bluesky": 0, "reddit": 0, "wordpress": 0}


@pytest.mark.parametrize("network", sorted(UNRESOLVED))
def test_what_answers_something_unknown_is_unresolved(network):
    assert read(network, ARCHIVES[network]).unresolved == UNRESOLVED[network]


@pytest.mark.parametrize("network", sorted(ARCHIVES))
def test_the_order_of_the_files_does_not_matter(network):
    files = ARCHIVES[network]
    assert counts(network, dict(reversed(files.items()))) == counts(network, files)


@pytest.mark.parametrize(
    ("network", "files", "missing"),
    [
        ("zulip", {k: v for k, v in ZULIP.items() if k != "realm.json"}, "realm.json is not in it"),
        ("x", {k: v for k, v in X.items() if "account" not in k}, "account.js is not in it"),
        ("mastodon", {"following.csv": MASTODON["following_accounts.csv"]}, "does not say whose it is"),
        ("mastodon", {"following.csv": b"Name\nbo\n"}, "no columns account address"),
        ("linkedin", {"messages.csv": b"a,b\n1,2\n"}, "no columns sender profile url"),
        ("csv", {"x.csv": b"who,whom\n"}, "no columns actor, target, kind, time"),
        ("matrix", {"room.json": b'{"events": []}'}, "a list named messages"),
        ("discord", {"a.json": b"[]"}, "a list named messages"),
        ("wordpress", {"a.xml": b"<rss><channel>"}, "no whole WordPress export"),
        ("x", {"data/tweets.js": b"[]"}, "does not begin as a file of X's archive does"),
        ("bluesky", {"a.car": b"\x03abc"}, "no whole CAR"),
        ("bluesky", {"a.car": BLUESKY["repo.car"][:-5]}, "no whole CAR"),
    ],
)
def test_what_is_missing_or_no_such_archive_is_named(network, files, missing):
    with pytest.raises(ImportFailed, match=missing):
        read(network, files)


BOMB = b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize("start", [BOMB, b'<!DOCTYPE r SYSTEM "file:///etc/passwd">'])
def test_a_document_type_and_so_every_entity_is_refused(start):
    whole = ARCHIVES["wordpress"]["blog.xml"].replace(b"<rss", start + b"<rss", 1)
    with pytest.raises(ImportFailed, match="document type"):
        read("wordpress", {"blog.xml": whole})


def test_a_login_that_changed_hands_names_only_its_new_owner():
    repo = "https://api.github.com/repos/c/t"
    first, later = (
        {"id": n, "number": n, "url": f"{repo}/issues/{n}", "user": {"id": n, "login": "ada"}} for n in (1, 2)
    )
    answer = {"id": 9, "issue_url": f"{repo}/issues/1", "user": {"id": 3, "login": "bo"}}
    tally = read("github", {"a.json": dumped([first, later, answer])})
    assert tally.names("1") == {"1"} and tally.names("2") == {"2", "ada"}


def test_a_login_of_digits_is_not_taken_for_an_id():
    repo = "https://api.github.com/repos/c/t"
    issue = {"id": 1, "number": 1, "url": f"{repo}/issues/1", "user": {"id": 7, "login": "42"}, "body": "@42 @43"}
    tally = read("github", {"a.json": dumped([issue])})
    assert tally.names("7") == {"7"} and not list(tally.counts())


def test_an_account_is_the_one_its_mention_names_where_the_web_has_another_host():
    outbox = MASTODON["outbox.json"].replace(b'"@bo@c.example"', b'"@bo@short.example"')
    found = counts("mastodon", {"actor.json": MASTODON["actor.json"], "outbox.json": outbox})
    assert found[ADA_M, "@bo@short.example", "boost", "2026-03"] == 1


def test_a_discord_channel_of_an_unknown_kind_is_private():
    assert read("discord", {"a.json": channel("SomethingNew", said(1, 1, mentions=[{"id": "2"}]))}).private == 1


def test_a_large_export_of_a_channel_is_read_message_by_message():
    many = [said(n, 1 + n % 2, content="x" * 900, mentions=[{"id": "3"}]) for n in range(1, 5_001)]
    assert len(channel("GuildTextChat", *many)) > 4 * 1024 * 1024
    found = counts("discord", {**DISCORD, "general.json": channel("GuildTextChat", *many)})
    assert sum(found.values()) == 5_000
