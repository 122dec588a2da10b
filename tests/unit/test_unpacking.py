"""Archives inside the upload: opened as they arrive, and bombs, escapes and damage refused."""

import gzip
import io
import zipfile

import pytest

from services.attendee.importers import ImportFailed, unpacking
from tests.archives import ARCHIVES, CANARY, counts, read, tarred, zipped

LOG = ARCHIVES["irc"]["2026-03-07.log"]
BO_TO_ADA = {("bo", "ada", "reply", "2026-03"): 1}


def test_a_gzip_of_one_file_is_that_file():
    assert counts("irc", {"2026-03-07.log.gz": gzip.compress(LOG)}) == BO_TO_ADA


def test_gzips_in_a_row_are_read_on():
    half = LOG.index(b"\n") + 1
    assert counts("irc", {"2026-03-07.log.gz": gzip.compress(LOG[:half]) + gzip.compress(LOG[half:])}) == BO_TO_ADA


def test_hidden_files_of_the_packer_are_left_out():
    assert (
        counts("irc", {"a.zip": zipped({"2026-03-07.log": LOG, "__MACOSX/._x.log": b"\0" * 9, ".DS": b"x"})})
        == BO_TO_ADA
    )


def test_an_archive_inside_an_archive_stays_closed():
    with pytest.raises(ImportFailed, match="no line of an IRC log"):
        read("irc", {"a.zip": zipped({"inner.zip": zipped({"2026-03-07.log": LOG})})})


@pytest.mark.parametrize(
    "name",
    ["/etc/x.log", "../x.log", "a/../../x.log", "a\\..\\x.log", "x" * 401],
)
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_name_that_leaves_its_folder_is_refused(name, pack):
    with pytest.raises(ImportFailed, match="leaves its folder or is too long"):
        read("irc", {"a.zip": pack({name: LOG})})


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as out:
        for _ in range(2):
            out.writestr("2026-03-07.log", LOG)
    with pytest.raises(ImportFailed, match="one name twice"):
        read("irc", {"a.zip": held.getvalue()})


def test_too_many_files_are_refused(monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_MEMBERS", 3)
    with pytest.raises(ImportFailed, match="more than 3 files"):
        read("irc", {"a.zip": zipped({f"{n}.log": LOG for n in range(4)})})


@pytest.mark.parametrize("pack", [zipped, tarred, lambda files: gzip.compress(*files.values())])
def test_a_bomb_is_refused_before_it_has_unpacked(pack):
    bomb = pack({"2026-03-07.log": (LOG + b"\n" * 1_000_000) * 30})
    assert len(bomb) < 60_000
    with pytest.raises(ImportFailed, match="unpacks to far more than itself"):
        read("irc", {"a.zip": bomb})


def test_a_file_nobody_wants_cannot_be_a_bomb_either():
    with pytest.raises(ImportFailed, match="unpacks to far more than itself"):
        read("slack", {"a.zip": zipped({**ARCHIVES["slack"], "zz/image.png": b"\0" * 40_000_000})})


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("keep", [0.3, 0.6])
def test_an_archive_cut_off_is_refused(pack, keep):
    whole = pack({f"2026-03-0{n}.log": LOG + bytes(range(256)) * 9 for n in range(1, 8)})
    with pytest.raises(ImportFailed, match="damaged, has a password"):
        read("irc", {"a.zip": whole[: int(len(whole) * keep)]})


def test_a_wrong_checksum_is_refused():
    whole = bytearray(zipped({"2026-03-07.log": LOG}))
    whole[14] ^= 1  # the checksum in the local header
    with pytest.raises(ImportFailed, match="damaged") as failed:
        read("irc", {"a.zip": bytes(whole)})
    assert CANARY not in str(failed.value)


def test_attributes_of_a_tar_that_fill_the_memory_are_refused():
    with pytest.raises(ImportFailed, match="name or attributes in it are too long"):
        read("irc", {"a.tgz": tarred({"y" * 2_000_000: LOG})})
