"""The mbox importer: who answered whom, in made-up mails with hand-written expectations."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.attendee.importers import ImportFailed, Tally, import_archive

CANARY = "canary-51bd"
FROM = "From ada@example.org Sat Mar  7 10:00:00 2026\n"


def mail(sender: str, own: str = "", *, parent: str = "", references: str = "", more: str = "") -> str:
    headers = [f"From: {sender}", "Date: Sat, 7 Mar 2026 10:00:00 +0000", f"Subject: {CANARY}"]
    headers += [f"Message-ID: <{own}>"] if own else []
    headers += [f"In-Reply-To: {parent}"] if parent else []
    headers += [f"References: {references}"] if references else []
    return FROM + "\n".join(headers) + f"\n{more}\n{CANARY} is the body\n> From here on\n\n"


def tally(*files: str) -> Tally:
    archive = [(f"{number}.mbox", [text.encode()]) for number, text in enumerate(files)]
    return import_archive("mbox", archive, max_bytes=10_000_000)


def counts(*files: str) -> dict[tuple[str, str, str], int]:
    return {(seen.actor, seen.target, seen.month): n for seen, n in tally(*files).counts()}


ADA, BO = "Ada L <Ada@Example.org>", "bo@example.org"
ONE = {("bo@example.org", "ada@example.org", "2026-03"): 1}


def test_a_reply_goes_to_the_author_of_the_mail_it_names() -> None:
    assert counts(mail(ADA, "1@x") + mail(BO, "2@x", parent="<1@x>")) == ONE


def test_without_in_reply_to_the_last_known_reference_is_the_parent() -> None:
    thread = mail("cleo@example.org", "0@x") + mail(ADA, "1@x")
    assert counts(thread + mail(BO, "2@x", references="<0@x> <1@x>\n\t<lost@x>")) == ONE


def test_an_unknown_in_reply_to_falls_back_to_references() -> None:
    assert counts(mail(ADA, "1@x") + mail(BO, "2@x", parent="<lost@x>", references="<1@x>")) == ONE


def test_words_around_the_id_do_not_matter() -> None:
    assert counts(mail(ADA, "1@x") + mail(BO, "2@x", parent='message from Ada of "Sat" <1@x>')) == ONE


def test_a_reply_may_come_before_its_parent_and_in_another_file() -> None:
    assert counts(mail(BO, "2@x", parent="<1@x>"), mail(ADA, "1@x")) == ONE


def test_a_reply_to_a_mail_outside_the_archive_is_reported_unresolved() -> None:
    read = tally(mail(BO, "2@x", parent="<lost@x>"))
    assert (read.messages, read.resolved, read.unresolved, list(read.counts())) == (1, 0, 1, [])


def test_a_reply_to_oneself_is_no_interaction() -> None:
    assert counts(mail(BO, "1@x") + mail(BO, "2@x", parent="<1@x>")) == {}


def test_a_mail_without_an_id_still_answers() -> None:
    assert counts(mail(ADA, "1@x") + mail(BO, parent="<1@x>")) == ONE


def test_header_names_may_be_in_any_case() -> None:
    scraped = mail(BO, "2@x", parent="<1@x>").replace("In-Reply-To", "in-reply-to").replace("From:", "from:")
    assert counts(mail(ADA, "1@x") + scraped) == ONE


def test_line_ends_of_windows_are_read() -> None:
    assert counts((mail(ADA, "1@x") + mail(BO, "2@x", parent="<1@x>")).replace("\n", "\r\n")) == ONE


@pytest.mark.parametrize(
    "sender",
    [
        "ada at example.org (Ada L)",
        "=?utf-8?q?Ad=C3=A1_L?= <ada@example.org>",
        "=?utf-8?b?QWTDoSBMIDxhZGFAZXhhbXBsZS5vcmc+?=",
        '"L, Ada" <ADA@example.org>',
        "Ada via packaging <list@example.org>\nReply-To: ada@example.org",
        "Ada via packaging <list@example.org>\nReply-To: list@example.org, Ada <ada@example.org>",
        "'Ada' via packaging <list@example.org>\nX-Original-From: Ada <ada@example.org>",
    ],
)
def test_the_sender_is_found_however_the_list_writes_it(sender: str) -> None:
    assert counts(mail(sender, "1@x") + mail(BO, "2@x", parent="<1@x>")) == ONE


@pytest.mark.parametrize("sender", ["Ada via packaging <list@example.org>", "nobody", "", "<@>", "=?x?q?=ff?="])
def test_a_mail_whose_author_cannot_be_known_is_skipped_and_counted(sender: str) -> None:
    read = tally(mail(BO, "1@x") + mail(sender, "2@x", parent="<1@x>"))
    assert (read.messages, read.skipped, list(read.counts())) == (1, 1, [])


def test_an_unquoted_from_in_a_body_starts_no_mail() -> None:
    body = "\nFrom now on we meet on Sundays.\n\nFrom: not a header\n"
    assert tally(mail(ADA, "1@x", more=body) + mail(BO, "2@x", parent="<1@x>")).messages == 2


def test_an_unreadable_date_leaves_the_month_open() -> None:
    undated = mail(BO, "2@x", parent="<1@x>").replace("Sat, 7 Mar 2026", "someday")
    assert counts(mail(ADA, "1@x") + undated) == {("bo@example.org", "ada@example.org", ""): 1}


def test_a_truncated_archive_gives_what_is_whole() -> None:
    whole = mail(ADA, "1@x") + mail(BO, "2@x", parent="<1@x>")
    assert counts(whole + FROM + "From: cle") == ONE


def test_what_is_no_mbox_says_what_was_expected() -> None:
    with pytest.raises(ImportFailed, match=r"'0.mbox', line 2: expected an mbox: its first line starts with 'From '"):
        tally("\n" + CANARY + "\n" + mail(ADA, "1@x"))


def test_separators_without_any_sender_are_refused() -> None:
    with pytest.raises(ImportFailed, match="none of its 2 mails has a sender"):
        tally((FROM + f"Subject: {CANARY}\n\n\n") * 2)


def test_text_and_subjects_and_ids_leave_no_trace() -> None:
    read = tally(mail(ADA, f"1-{CANARY}@x") + mail(BO, "2@x", parent=f"<1-{CANARY}@x>"))
    assert read.resolved == 1
    assert CANARY not in repr(read) and CANARY not in repr(list(read.counts()))


def test_an_error_never_quotes_the_archive() -> None:
    with pytest.raises(ImportFailed) as failed:
        tally(CANARY)
    assert CANARY not in str(failed.value) and CANARY not in repr(failed.value)


def test_a_huge_body_and_a_huge_header_are_not_held() -> None:
    tracemalloc.start()
    line = b"y" * 60_000 + b"\n"
    flood = [
        FROM.encode(),
        b"From: bo@example.org\nReferences: <1@x>\n",
        *[b" " + line] * 100,
        b"\n",
        *[line] * 100,
    ]
    before, _ = tracemalloc.get_traced_memory()
    read = import_archive("mbox", [("x.mbox", flood)], max_bytes=20_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read.messages == 1
    assert peak - before < 2_000_000


def test_a_header_block_without_end_is_cut_off() -> None:
    assert tally(FROM + "From: bo@example.org\n" + "X-Flood: 1\n" * 5_000 + "\n").messages == 1


pieces = st.sampled_from(
    [
        FROM,
        "From: ",
        "from: ",
        "Reply-To: ",
        "Date: ",
        "In-Reply-To: ",
        "References: ",
        "Message-ID: ",
        "<1@x>",
    ]
) | st.sampled_from(
    ["a@b", " via ", " at ", "=?utf-8?b?", "=?q?", "?=", "\n", "\n\n", "\r\n", " ", "\t", "\x00", "(", '"']
)


@given(st.lists(pieces.map(str.encode) | st.binary(max_size=12), max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_counted_or_refused(chunks: list[bytes]) -> None:
    try:
        read = import_archive("mbox", [("x.mbox", [FROM.encode(), *chunks])], max_bytes=100_000)
    except ImportFailed:
        return
    assert read.resolved + read.unresolved <= read.messages
    assert all("@" in seen.actor and seen.actor != seen.target for seen, _ in read.counts())
