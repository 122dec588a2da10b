"""The IRC importer on input meant to break it: rubbish, huge lines, secrets."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.attendee.importers import ImportFailed, Interaction, Tally, import_archive
from services.attendee.importers.chunks import lines

CANARY = "canary-7f3a"

STAMPS = [b"[10:00] ", b"2026-03-01", b"T10:00:00+0000 "]
PEOPLE = [b"<ada> ", b"<bo> ", b"bo: ", b"ada_ ", b"* ada ", b"=== ", b"is now known as ", b"has joined"]
TROUBLE = [b"\n", b"\r\n", b"\x00", b"\xff\xfe", b"[", b"]", b"<", b">", b"|,:"]
pieces = st.sampled_from([*STAMPS, *PEOPLE, *TROUBLE])
logs = st.lists(pieces | st.binary(max_size=12), max_size=60)


@given(logs)
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_counted_or_refused(chunks: list[bytes]) -> None:
    try:
        tally = import_archive("irc", [("x.log", chunks)], max_bytes=100_000)
    except ImportFailed:
        return
    assert all(seen.actor != seen.target for seen, _ in tally.counts())
    assert tally.resolved + tally.unresolved <= tally.messages


@given(st.binary(max_size=200), st.lists(st.integers(1, 9), max_size=40))
@settings(max_examples=200, deadline=None)
def test_lines_do_not_depend_on_how_the_bytes_were_cut(data: bytes, cuts: list[int]) -> None:
    chunks, rest = [], data
    for cut in cuts:
        chunks.append(rest[:cut])
        rest = rest[cut:]
    assert list(lines([*chunks, rest], max_line=20)) == list(lines([data], max_line=20))


def test_a_line_too_long_is_one_skipped_line() -> None:
    assert list(lines([b"ab\n", b"0123", b"4567\ncd", b"\n"], max_line=5)) == [b"ab", None, b"cd"]


def test_a_ten_megabyte_line_is_skipped_without_being_held() -> None:
    tracemalloc.start()
    chunks = [b"[10:00] <ada> hi\n[10:00] <bo> ", *[b"x" * 65_536] * 160, b"\n[10:01] <bo> ada: hi\n"]
    before, _ = tracemalloc.get_traced_memory()
    tally = import_archive("irc", [("x.log", chunks)], max_bytes=20_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tally.messages, tally.skipped) == (2, 1)
    assert peak - before < 2_000_000


def test_more_pairs_than_the_limit_is_a_clear_error() -> None:
    tally = Tally(max_keys=2)
    with pytest.raises(ImportFailed, match="more than 2 different pairs, kinds and months"):
        for name in "abc":
            tally.add(Interaction(name, "z", "reply", ""))


def test_more_changed_names_than_the_limit_is_a_clear_error() -> None:
    tally = Tally(max_keys=3)
    with pytest.raises(ImportFailed, match="more than 3 changed names"):
        for number in range(10):
            tally.same(f"a{number}", f"b{number}")


def test_what_was_said_leaves_no_trace() -> None:
    log = f"[10:00] <ada> {CANARY}\n[10:01] <bo> ada: {CANARY} {CANARY}: x\n[10:02] <ada> {CANARY}\n{CANARY}\n"
    tally = import_archive("irc", [("x.log", [log.encode()])], max_bytes=10_000)
    assert CANARY not in repr(tally) and CANARY not in repr(list(tally.counts()))
    assert tally.resolved == 2


def test_an_error_never_quotes_the_archive() -> None:
    with pytest.raises(ImportFailed) as failed:
        import_archive("irc", [("x.log", [f"{CANARY}\n".encode() * 50])], max_bytes=10_000)
    assert CANARY not in str(failed.value) and CANARY not in repr(failed.value)
