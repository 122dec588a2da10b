"""Every importer on input meant to break it: cut off, scrambled, forged; and none keeps what somebody wrote."""

import copy
import json
import logging
import os
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.attendee.importers import IMPORTERS, ImportFailed, Tally, import_archive
from tests.archives import ARCHIVES, CANARY, Files, read, tarred, zipped

# `FUZZ_EXAMPLES=100000 .venv/bin/python -m pytest --timeout 0 tests/unit/test_importers_hostile.py` fuzzes for long.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))

networks = pytest.mark.parametrize("network", sorted(ARCHIVES))


def everything(tally: Tally) -> str:
    """All that is held, private fields too."""
    return repr({name: getattr(tally, name) for name in Tally.__slots__}) + repr(list(tally.counts()))


def tolerated(network: str, files: Files, *, kept: bool = True) -> None:
    """Reads files that may be broken; whatever comes of it holds no text. Not ``kept``: but ids may be made of it."""
    try:
        tally = read(network, files, private=True)
    except ImportFailed as error:
        assert CANARY not in str(error) + repr(error) + repr(error.__cause__)
        return
    assert not kept or CANARY not in everything(tally)
    assert tally.resolved + tally.unresolved <= tally.messages
    assert all(seen.actor and seen.target and seen.actor != seen.target for seen, _ in tally.counts())


def test_there_is_an_archive_of_every_network():
    assert set(ARCHIVES) == set(IMPORTERS)


@networks
def test_what_people_wrote_leaves_no_trace(network, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    assert CANARY in str(ARCHIVES[network])
    tally = read(network, ARCHIVES[network], private=True)
    assert list(tally.counts())
    out = capfd.readouterr()
    assert CANARY not in everything(tally) + caplog.text + out.out + out.err


@networks
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_packed_archive_counts_as_its_files_do(network, pack):
    plain, packed = read(network, ARCHIVES[network]), read(network, {"all": pack(ARCHIVES[network])})
    assert dict(packed.counts()) == dict(plain.counts())
    assert packed.messages == plain.messages > 0


@networks
@given(data=st.data())
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_file_cut_off_or_scrambled_is_counted_or_refused(network, data):
    files = dict(ARCHIVES[network])
    name = data.draw(st.sampled_from(sorted(files)))
    whole = files[name]
    start, end = sorted((data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, len(whole)))))
    head, tail = whole[:start] + data.draw(st.binary(max_size=8)), whole[end:]
    tolerated(network, {**files, name: head + tail}, kept=False)  # what comes after a cut may be joined to a name
    tolerated(network, {**files, name: head + tail.replace(CANARY.encode(), b"joined")})


ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, True, -1, 1e308, 10**30, "", "odd", "\ud800", [], {}, [[]], [None], {"id": None}, "\x00"]
)


def spots(value, at=()):
    """Every place in a JSON value."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from spots(inner, (*at, key))


JSON = sorted(
    (network, name) for network, files in ARCHIVES.items() for name, data in files.items() if data[:1] in b"[{"
    and name.endswith(".json")
)  # fmt: skip


@pytest.mark.parametrize(("network", "name"), JSON)
@given(data=st.data())
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_forged_field_is_counted_or_refused(network, name, data):
    value = copy.deepcopy(json.loads(ARCHIVES[network][name]))
    spot = data.draw(st.sampled_from([at for at in spots(value) if at]))
    holder = value
    for key in spot[:-1]:
        holder = holder[key]
    holder[spot[-1]] = data.draw(ODD)
    tolerated(network, {**ARCHIVES[network], name: json.dumps(value).encode()})


@networks
def test_brackets_without_end_are_refused(network):
    for bracket in (b"[", b'{"a":', b"[{"):
        for name in ARCHIVES[network]:
            tolerated(network, {**ARCHIVES[network], name: bracket * 100_000})


@networks
@pytest.mark.parametrize("flood", [b"[", b'[{"a":', b'"x', b"x"])
def test_megabytes_that_are_no_such_archive_are_not_held_many_times(network, flood):
    name = sorted(ARCHIVES[network])[-1]
    chunks = [flood * (65_536 // len(flood))] * 100
    tracemalloc.start()
    with pytest.raises(ImportFailed):
        import_archive(network, [(name, chunks)], max_bytes=50_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000
