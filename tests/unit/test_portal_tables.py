"""CSV files from outside: what is taken, and what each refusal says."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.kit.errors import Invalid
from services.portal.domain import programme, registrations, table
from services.portal.domain.registrations import Registration

HEADER = "ticket,name,email,handles,interests,formats,budget,joined\n"
ANA = "T-1,Ana Ruiz,ana@example.org,irc:ana mailto:a@example.net,packaging; typing,coffee;walk,4,yes\n"


def refusal(content: bytes) -> Invalid:
    with pytest.raises(Invalid) as caught:
        registrations.from_csv(content)
    return caught.value


def test_a_row_becomes_a_registration():
    assert registrations.from_csv((HEADER + ANA).encode()) == [
        Registration(
            2,
            "T-1",
            "Ana Ruiz",
            "ana@example.org",
            ("irc:ana", "mailto:a@example.net"),
            ("packaging", "typing"),
            ("coffee", "walk"),
            4,
            True,
        )
    ]


def test_a_byte_order_mark_other_column_order_and_blank_lines_are_fine():
    content = b"\xef\xbb\xbfemail,ticket,name,formats,budget,interests,handles\n\nana@example.org,T-1,Ana,,,,\n"
    assert registrations.from_csv(content) == [Registration(3, "T-1", "Ana", "ana@example.org")]


def test_missing_and_unknown_columns_are_all_named():
    error = refusal(b"ticket,name,mail\nT-1,Ana,a@example.org\n")
    fields = {p.field for p in error.problems}
    assert fields == {"email", "handles", "interests", "formats", "budget", "mail"}
    assert "ticket,name,email,handles,interests,formats,budget,joined" in error.problems[0].message


def test_latin_1_is_refused_with_its_line_and_what_to_do():
    error = refusal((HEADER + ANA).encode() + "T-2,Zoë,z@example.org,,,,,\n".encode("latin-1"))
    assert error.problems[0].row == 3
    assert "line 3 is not UTF-8 (byte 0xeb), perhaps Windows-1252" in error.message
    assert "save the file as 'CSV UTF-8'" in error.message


def test_utf_16_is_named():
    assert "UTF-16" in refusal((HEADER + ANA).encode("utf-16")).message


def test_a_line_of_ten_megabytes_is_refused_by_its_number():
    error = refusal((HEADER + ANA).encode() + b"T-2," + b"x" * 10_000_000 + b"\n")
    assert "line 3 is 10000005 characters long, 65536 are allowed" in error.message


def test_a_quoted_cell_that_never_ends_is_refused():
    error = refusal((HEADER + 'T-1,"Ana,ana@example.org,,,,,\n').encode())
    assert "line 2 is not CSV" in error.message


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1"])
def test_formula_cells_are_refused_naming_row_and_column(cell):
    error = refusal((HEADER + f"T-1,{cell},ana@example.org,,,,,\n").encode())
    assert [(p.field, p.row) for p in error.problems] == [("name", 2)]
    assert "line 2, column name begins like a spreadsheet formula" in error.message


def test_a_person_who_is_there_twice_is_refused_naming_both_lines():
    rows = ANA + "T-2,Bo,bo@example.org,,,,,\n" + "T-1,Cy,cy@example.org,,,,,\n" + "T-4,Di,BO@example.org,,,,,\n"
    error = refusal((HEADER + rows).encode())
    assert [(p.field, p.row, p.message) for p in error.problems] == [
        ("ticket", 4, "line 4 has the same ticket as line 2; keep one of them"),
        ("email", 5, "line 5 has the same email as line 3; keep one of them"),
    ]


def test_every_wrong_cell_is_told_at_once():
    error = refusal((HEADER + "T-1,Ana,ana@example.org,,,,many,perhaps\nT-2,,bo@example.org,,,,101,\n").encode())
    assert [(p.field, p.row) for p in error.problems] == [("budget", 2), ("joined", 2), ("budget", 3), ("name", 3)]


def test_a_row_with_too_many_cells_is_refused():
    assert "line 2 has 9 cells, the header has 8" in refusal((HEADER + "T,A,a@b.org,,,,,,\n").encode()).message


def test_more_rows_than_allowed_are_refused(monkeypatch):
    monkeypatch.setattr(table, "ROWS", 2)
    rows = "".join(f"T-{i},N,n{i}@example.org,,,,,\n" for i in range(3))
    assert "more than 2 rows; split the file" in refusal((HEADER + rows).encode()).message


def test_a_file_without_rows_or_without_anything_is_refused():
    assert "no row below the header" in refusal(HEADER.encode()).message
    assert "the column ticket is missing" in refusal(b"").message


def test_local_times_of_talks_become_utc_moments():
    content = (
        b"id,title,room,starts,ends,speaker_emails\nt1,Wheels,Main,2027-05-14 09:30,2027-05-14 10:00,a@b.org c@d.org\n"
    )
    (talk,) = programme.talks_from_csv(content, ZoneInfo("Europe/Madrid"))
    assert (talk.starts_at, talk.ends_at) == (
        datetime(2027, 5, 14, 7, 30, tzinfo=UTC),
        datetime(2027, 5, 14, 8, 0, tzinfo=UTC),
    )
    assert talk.speaker_emails == ("a@b.org", "c@d.org")


def test_a_talk_time_that_is_none_is_refused_naming_its_line():
    content = b"id,title,room,starts,ends,speaker_emails\nt1,Wheels,Main,soon,2027-05-14 10:00,\n"
    with pytest.raises(Invalid, match="line 2: starts is a local time like 2027-05-14 09:30"):
        programme.talks_from_csv(content, ZoneInfo("Europe/Madrid"))


def test_places_need_numbers():
    content = b"name,capacity,seats,formats,opens,closes\nCorner,0,many,coffee;table,09:00,18:00\n"
    with pytest.raises(Invalid) as caught:
        programme.venue_from_csv(content, ZoneInfo("Europe/Madrid"))
    assert [(p.field, p.row) for p in caught.value.problems] == [("capacity", 2), ("seats", 2)]


def test_times_in_which_a_place_is_closed_are_local():
    content = (
        b"name,capacity,seats,formats,opens,closes,closed\n"
        b"Corner,1,2,,09:00,18:00,2027-05-14 12:00/2027-05-14 13:00; 2027-05-15T09:00Z/2027-05-15T10:00Z\n"
        b"Hall,1,2,,09:00,18:00,\n"
    )
    corner, hall = programme.venue_from_csv(content, ZoneInfo("Europe/Madrid"))
    assert corner.closed == (
        (datetime(2027, 5, 14, 10, tzinfo=UTC), datetime(2027, 5, 14, 11, tzinfo=UTC)),
        (datetime(2027, 5, 15, 9, tzinfo=UTC), datetime(2027, 5, 15, 10, tzinfo=UTC)),
    )
    assert hall.closed == ()


def test_hours_of_a_place_with_a_clock_of_its_own_go_by_that_clock():
    content = (
        b"name,capacity,seats,formats,opens,closes,closed,time_zone\n"
        b"Ferry,1,2,,09:00,18:00,2027-05-14 12:00/2027-05-14 13:00,Europe/Lisbon\n"
        b"Hall,1,2,,09:00,18:00,2027-05-14 12:00/2027-05-14 13:00,\n"
    )
    ferry, hall = programme.venue_from_csv(content, ZoneInfo("Europe/Madrid"))
    assert (ferry.time_zone, ferry.closed[0][0]) == ("Europe/Lisbon", datetime(2027, 5, 14, 11, tzinfo=UTC))
    assert (hall.time_zone, hall.closed[0][0]) == ("", datetime(2027, 5, 14, 10, tzinfo=UTC))


@pytest.mark.parametrize("name", ["Mars/Olympus", "Europe", "../../etc/passwd", "/etc/localtime", "Madrid time"])
def test_a_time_zone_that_is_none_is_refused_naming_its_line(name):
    content = f"name,capacity,seats,formats,opens,closes,time_zone\nFerry,1,2,,09:00,18:00,{name}\n".encode()
    with pytest.raises(Invalid) as caught:
        programme.venue_from_csv(content, ZoneInfo("Europe/Madrid"))
    told = "line 2: time_zone is an IANA name like Europe/Lisbon, or empty for the conference's"
    assert [(p.field, p.row, p.message) for p in caught.value.problems] == [("time_zone", 2, told)]


@pytest.mark.parametrize("cell", ["noon", "2027-05-14 12:00", "2027-05-14 13:00/2027-05-14 12:00"])
def test_a_closed_time_that_is_none_is_refused_naming_its_line(cell):
    content = f"name,capacity,seats,formats,opens,closes,closed\nCorner,1,2,,09:00,18:00,{cell}\n".encode()
    with pytest.raises(Invalid, match="line 2: closed is like 2027-05-14 12:00/2027-05-14 13:00"):
        programme.venue_from_csv(content, ZoneInfo("Europe/Madrid"))
