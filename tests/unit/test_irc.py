"""The IRC importer: who turned to whom, in made-up conversations with hand-written expectations."""

import pytest

from services.attendee.importers import ImportFailed, Tally, import_archive
from services.attendee.importers.irc import month_of
from services.attendee.importers.irc_line import Line, What, parse
from services.attendee.importers.irc_nicks import stem


def tally(*files: str, names: tuple[str, ...] = ("2026-03-01.log", "2026-03-02.log")) -> Tally:
    archive = [(name, [text.encode()]) for name, text in zip(names, files, strict=False)]
    return import_archive("irc", archive, max_bytes=10_000_000)


def counts(*files: str) -> dict[tuple[str, str, str], int]:
    return {(seen.actor, seen.target, seen.kind): n for seen, n in tally(*files).counts()}


HELLO = "[10:00] <ada> morning\n[10:00] <Bo> morning\n[10:00] <cleo> hi\n"


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"[03:41] <Ada> bo, hi", Line(What.SAID, "ada", "bo, hi", "", 221)),
        (b"2012-10-17T09:16:21+0000  <benp> text", Line(What.SAID, "benp", "text", "2012-10-17", 556)),
        (b"2026-03-01 [14:05:59] <nick> t", Line(What.SAID, "nick", "t", "2026-03-01", 845)),
        (b"rust 2018-05-29 [21:20:37] <tal> but", Line(What.SAID, "tal", "but", "2018-05-29", 1280)),
        (b"2018-05-29 21:20:37 <@op> yes", Line(What.SAID, "op", "yes", "2018-05-29", 1280)),
        (b"[10:00]  * ada waves at bo", Line(What.SAID, "ada", "waves at bo", "", 600)),
        (b"=== Ada [~a@host.example]  has joined #chan", Line(What.JOINED, "ada")),
        (b"=== Ada [~a@host.example]  has left #chan []", Line(What.OTHER)),
        (b"=== lev is now known as Lev-away", Line(What.RENAMED, "lev", "lev-away")),
        (b"*** ada has quit (bye)", Line(What.OTHER)),
        (b"[10:00] <ada> \x0304red\x03 \x02bold\x00", Line(What.SAID, "ada", "red bold", "", 600)),
    ],
)
def test_each_shape_of_line_is_understood(raw: bytes, line: Line) -> None:
    assert parse(raw) == line


@pytest.mark.parametrize("raw", [b"", b"hello", b"Subject: [10:00] x", b"<ada> no time", b"\xff\xfe\x00\x01"])
def test_what_is_no_line_of_a_log_is_not_understood(raw: bytes) -> None:
    assert parse(raw) is None


@pytest.mark.parametrize("start", ["cleo: y", "cleo, y", "CLEO: y", "cleo y", "@cleo y", "cleo : y", "<cleo> y"])
def test_a_nick_at_the_start_of_a_line_is_who_is_answered(start: str) -> None:
    assert counts(HELLO + f"[10:01] <ada> {start}\n") == {("ada", "cleo", "reply"): 1}


def test_several_nicks_at_the_start_are_all_answered() -> None:
    assert counts(HELLO + "[10:01] <ada> bo, cleo: lunch?\n") == {
        ("ada", "bo", "reply"): 1,
        ("ada", "cleo", "reply"): 1,
    }


def test_a_nick_in_the_text_is_a_mention() -> None:
    assert counts(HELLO + "[10:01] <ada> thanks Cleo!\n") == {("ada", "cleo", "mention"): 1}


def test_a_nick_after_an_address_is_only_talked_about() -> None:
    assert counts(HELLO + "[10:01] <ada> bo: as cleo said\n") == {("ada", "bo", "reply"): 1}


def test_a_nick_inside_another_word_is_nobody() -> None:
    assert counts(HELLO + "[10:01] <ada> the cleopatra of borrowing\n") == {}


def test_who_was_named_and_then_speaks_answers() -> None:
    log = HELLO + "[10:01] <ada> bo: which version?\n[10:02] <bo> the old one\n[10:02] <bo> sorry\n"
    assert counts(log) == {("ada", "bo", "reply"): 1, ("bo", "ada", "reply"): 1}


def test_who_was_named_and_speaks_to_somebody_else_does_not_answer() -> None:
    log = HELLO + "[10:01] <ada> bo: which version?\n[10:02] <bo> cleo: hi\n[10:02] <bo> well\n"
    assert counts(log) == {("ada", "bo", "reply"): 1, ("bo", "cleo", "reply"): 1}


def test_who_was_named_and_speaks_much_later_does_not_answer() -> None:
    assert counts(HELLO + "[10:01] <ada> bo: hi\n[11:30] <bo> anybody here?\n") == {("ada", "bo", "reply"): 1}


def test_an_answer_may_come_after_midnight() -> None:
    log = HELLO + "[23:59] <ada> bo: hi\n[00:01] <bo> yes\n"
    assert counts(log) == {("ada", "bo", "reply"): 1, ("bo", "ada", "reply"): 1}


def test_an_ordinary_word_is_nobody_even_when_it_is_a_nick() -> None:
    talk = "".join(f"[09:{minute:02}] <ada> you are not root there\n" for minute in range(10))
    log = talk + "[10:00] <root> hello\n[10:01] <ada> never work as root\n[10:02] <ada> root: hi\n"
    assert counts(log) == {("ada", "root", "reply"): 1}


def test_a_two_letter_nick_counts_only_as_an_address() -> None:
    log = HELLO + "[10:01] <ada> so is it bo or not\n[10:01] <cleo> bo: is it\n"
    assert counts(log) == {("cleo", "bo", "reply"): 1}


def test_another_form_of_a_nick_counts_when_it_is_an_address() -> None:
    log = "[10:00] <zora_> hi\n[10:01] <ada> zora: hi\n[10:01] <cleo> zora came\n"
    assert counts(log) == {("ada", "zora_", "reply"): 1}


def test_naming_a_whole_crowd_talks_to_nobody() -> None:
    crowd = [f"person{letter}" for letter in "abcdefghi"]
    talk = "".join(f"[10:00] <{nick}> hi\n" for nick in crowd)
    assert counts(talk + f"[10:01] <ada> hello {' '.join(crowd)}\n") == {}


def test_talking_to_oneself_is_no_interaction() -> None:
    assert counts(HELLO + "[10:01] <ada> ada: note to self\n") == {}


def test_both_nicks_of_a_nick_change_are_one_person_also_in_the_next_file() -> None:
    first = HELLO + "[10:01] <cleo> ada: hi\n=== ada is now known as ada-work\n"
    second = "[09:00] <cleo> ada-work: still there?\n"
    assert counts(first, second) == {("cleo", "ada", "reply"): 2}
    assert tally(first, second).names("ada-work") == {"ada", "ada-work"}


def test_a_call_is_answered_under_the_new_nick() -> None:
    log = HELLO + "[10:01] <cleo> ada: hi\n=== ada is now known as ada2\n[10:02] <ada2> yes\n"
    assert counts(log) == {("cleo", "ada", "reply"): 1, ("ada", "cleo", "reply"): 1}


def test_guest_names_from_the_server_join_nobody() -> None:
    log = HELLO + "=== Guest12 is now known as ada\n=== Guest12 is now known as bo\n[10:01] <ada> bo: hi\n"
    assert counts(log) == {("ada", "bo", "reply"): 1}


def test_a_person_never_swallows_more_than_a_handful_of_names() -> None:
    chain = "".join(f"=== p{number} is now known as p{number + 1}\n" for number in range(40))
    assert max(len(tally(HELLO + chain).names(f"p{number}")) for number in range(41)) == 8


def test_what_was_read_is_reported() -> None:
    read = tally(HELLO + "[10:01] <ada> bo: hi\n[10:02] <cleo> nobodyknown: hi\nrubbish\n")
    assert (read.messages, read.resolved, read.unresolved, read.skipped) == (5, 1, 1, 1)


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("2004-11-15_03.ascii.txt", "2004-11"),
        ("#chan.20041115.log", "2004-11"),
        ("chat/2026-03.log", "2026-03"),
        ("channel.log", ""),
        ("port-65535201.log", ""),
    ],
)
def test_the_month_comes_from_the_file_name(name: str, month: str) -> None:
    assert month_of(name) == month


def test_a_date_on_the_line_wins_over_the_file_name() -> None:
    log = "2025-12-31 [23:00:00] <bo> hi\n2026-01-01 [00:01:00] <ada> bo: happy new year\n"
    assert [seen.month for seen, _ in tally(log).counts()] == ["2026-01"]


@pytest.mark.parametrize(("nick", "short"), [("bob_", "bob"), ("_bob", "bob"), ("bob|away", "bob"), ("bob2", "bob")])
def test_a_stem_is_the_nick_without_its_trimmings(nick: str, short: str) -> None:
    assert stem(nick) == short


def test_a_file_of_another_format_says_what_was_expected() -> None:
    with pytest.raises(ImportFailed, match=r"'2026-03-01.log', line 1: no line of an IRC log among the first 2"):
        tally("dear diary\ntoday it rained\n")


def test_an_unknown_network_names_the_known_ones() -> None:
    with pytest.raises(ImportFailed, match="use one of bluesky, .*irc, .*mbox"):
        import_archive("fax", [], max_bytes=1)


def test_an_archive_without_a_message_is_refused() -> None:
    with pytest.raises(ImportFailed, match="no message in it"):
        tally("")


def test_an_archive_over_the_limit_is_refused() -> None:
    with pytest.raises(ImportFailed, match="larger than 100 bytes"):
        import_archive("irc", [("a.log", [HELLO.encode()] * 3)], max_bytes=100)
