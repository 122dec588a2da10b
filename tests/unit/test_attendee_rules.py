"""The attendee service's rules: what is a handle, a conference, a registration, a tie."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.attendee.domain.attendee import Attendee, Claim, Profile, Registration, State, read_claim
from services.attendee.domain.conference import ConferencePlan, plan_conference
from services.attendee.domain.events import AttendeeCancelled, AttendeeChanged, AttendeeJoined, AttendeeRegistered
from services.attendee.domain.handle import Handle, parse_handles
from services.attendee.domain.joining import cancel, join, pause
from services.attendee.domain.registering import Person, change_profile, register
from services.attendee.domain.resolving import resolve
from services.attendee.domain.source import HANDLES_OF
from services.attendee.domain.text import Problems
from services.attendee.domain.tie import PairCount, PairTotal, add_up, check_pair_count, tie_id
from services.attendee.importers import IMPORTERS, Interaction, Tally
from services.kit.errors import Conflict, Invalid

CONFERENCE, ADA, BOB, CYD = (UUID(int=n) for n in (1, 2, 3, 4))
PLAN = ConferencePlan("py-days-2", "Py Days", "Europe/Berlin", "2026-11-24", "2026-11-25", "")
MAIL = Handle("mailto", "ada@example.org")
NICK = Handle("irc", "ada")
WANTED = Registration("T1", "Ada", "ada@example.org", frozenset({NICK}), Profile(("tea",), ("walk",), 2), False)
KNOWN = Person(
    Attendee(ADA, CONFERENCE, "T1", "Ada", "ada@example.org", State.REGISTERED, WANTED.profile, 5),
    frozenset({MAIL, NICK}),
)
SILENT = replace(WANTED, handles=frozenset(), profile=Profile((), (), 0))


def in_state(state: State) -> Person:
    return replace(KNOWN, attendee=replace(KNOWN.attendee, state=state))


# Handles


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("irc:Ada_", Handle("irc", "ada_")),
        ("irc:[ada]|away", Handle("irc", "[ada]|away")),
        (" MAILTO:Ada@Example.ORG ", MAIL),
    ],
)
def test_a_handle_is_kept_in_lower_case(text: str, handle: Handle) -> None:
    problems = Problems()
    assert parse_handles([text], problems) == {handle}
    assert not problems.found


@pytest.mark.parametrize(
    "text",
    [
        "ada",
        "ric:ada",
        "irc:",
        "irc:a b",
        "irc:a\x00b",
        "irc:" + "a" * 65,
        "mailto:ada",
        "mailto:a@b@c",
        "mailto:a b@c",
    ],
)
def test_what_is_no_handle_is_a_problem_that_quotes_it(text: str) -> None:
    problems = Problems()
    assert parse_handles([text], problems) == frozenset()
    (problem,) = problems.found
    assert problem.field == "handles" and repr(text)[1:30].rstrip("'") in problem.message


def test_more_handles_than_a_person_has_are_refused_at_once() -> None:
    problems = Problems()
    parse_handles([f"irc:a{n}" for n in range(21)], problems)
    assert [p.message for p in problems.found] == ["handles has 21 entries; at most 20 fit"]


def test_there_are_handles_for_every_kind_of_archive() -> None:
    assert set(HANDLES_OF) == set(IMPORTERS)


# Conferences


def test_a_conference_may_last_one_day() -> None:
    made = plan_conference(replace(PLAN, ends_on="2026-11-24"), CONFERENCE)
    assert made.starts_on == made.ends_on


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", ""), ("slug", "Py Days"), ("slug", "a--b"), ("slug", "x" * 61),
        ("name", " "), ("name", "a\x00b"), ("series", "x" * 61),
        ("time_zone", "Berlin"), ("time_zone", ""), ("time_zone", "Europe"), ("time_zone", "../etc/passwd"),
        ("time_zone", "x" * 5_000), ("starts_on", "2026-02-30"), ("starts_on", "2026-W48-2"),
        ("starts_on", "24.11.2026"), ("ends_on", "2026-11-23"), ("ends_on", "2027-11-24"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_conference_is_named(field: str, value: str) -> None:
    with pytest.raises(Invalid) as error:
        plan_conference(replace(PLAN, **{field: value}), CONFERENCE)
    assert {p.field for p in error.value.problems} == {field}


def test_everything_wrong_with_a_conference_is_told_together() -> None:
    with pytest.raises(Invalid) as error:
        plan_conference(ConferencePlan("", "", "", "", "", ""), CONFERENCE)
    assert [p.field for p in error.value.problems] == ["slug", "name", "time_zone", "starts_on", "ends_on"]


# Registrations as sent


def claim(**more: object) -> Claim:
    fields: dict[str, object] = {
        "ticket": "T1", "name": "Ada", "email": "ada@example.org", "handles": (), "interests": (), "formats": (),
        "budget": 0, "joined": False, **more,
    }  # fmt: skip
    return Claim(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ticket", ""), ("ticket", "T" * 101), ("name", "\x1b[2J"), ("email", "ada"), ("email", "a@b, c@d"),
        ("email", "a" * 65 + "@example.org"), ("formats", ("dance",)), ("interests", ("x" * 61,)),
        ("interests", tuple(map(str, range(31)))), ("interests", ("a\x1fb",)),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_registration_is_named(field: str, value: object) -> None:
    problems = Problems()
    problems.row = 7
    read_claim(claim(**{field: value}), problems)
    assert {(p.row, p.field) for p in problems.found} == {(7, field)}


def test_a_budget_beyond_reason_is_refused() -> None:
    problems = Problems()
    read_claim(claim(budget=21), problems)
    assert [p.field for p in problems.found] == ["attention_budget"]


def test_words_are_lower_case_once_and_in_their_order() -> None:
    read = read_claim(claim(interests=("Tea ", "chess", "TEA", ""), formats=("Walk", "coffee")), Problems())
    assert (read.profile.interests, read.profile.formats) == (("tea", "chess"), ("walk", "coffee"))


def test_a_flood_of_problems_is_cut_off() -> None:
    problems = Problems()
    for problems.row in range(500):
        read_claim(claim(name=""), problems)
    assert len(problems.found) == 100


# Registering


def test_a_new_ticket_is_registered_with_the_address_as_handle_and_the_default_budget() -> None:
    done = register(None, SILENT, CONFERENCE, ADA)
    assert done.person.attendee.profile == Profile((), (), 3)
    assert done.person.handles == {MAIL}
    assert done.events == (AttendeeRegistered(done.person.attendee),) and done.is_new


def test_who_registers_with_a_yes_is_registered_and_then_joined() -> None:
    registered, joined = register(None, replace(WANTED, joined=True), CONFERENCE, ADA).events
    assert isinstance(registered, AttendeeRegistered) and isinstance(joined, AttendeeJoined)
    assert (registered.attendee.state, registered.attendee.version) == (State.REGISTERED, 1)
    assert (joined.attendee.state, joined.attendee.version) == (State.JOINED, 2)


@pytest.mark.parametrize("wanted", [WANTED, SILENT])
def test_nothing_new_is_nothing_to_tell(wanted: Registration) -> None:
    done = register(KNOWN, wanted, CONFERENCE, BOB)
    assert not done.changed and done.events == () and done.person == KNOWN


def test_a_new_name_is_a_change() -> None:
    (event,) = register(KNOWN, replace(SILENT, name="Ada L."), CONFERENCE, BOB).events
    assert event == AttendeeChanged(replace(KNOWN.attendee, name="Ada L.", version=6))


def test_a_new_handle_is_kept_but_not_told() -> None:
    done = register(KNOWN, replace(SILENT, handles=frozenset({Handle("irc", "lady")})), CONFERENCE, BOB)
    assert done.changed and done.events == ()
    assert done.person.handles == {MAIL, Handle("irc", "lady")}


def test_a_proven_handle_outlasts_a_registration_that_leaves_it_out() -> None:
    proven = Handle("irc", "proven", proven=True)
    known = replace(KNOWN, handles=frozenset({MAIL, proven}))
    done = register(known, WANTED, CONFERENCE, BOB)
    assert done.person.handles == {MAIL, proven, NICK}


@pytest.mark.parametrize("state", [State.JOINED, State.PAUSED])
def test_a_registration_without_a_yes_takes_none_back(state: State) -> None:
    assert not register(in_state(state), SILENT, CONFERENCE, BOB).changed


def test_a_registration_with_a_yes_does_not_end_a_pause() -> None:
    assert not register(in_state(State.PAUSED), replace(SILENT, joined=True), CONFERENCE, BOB).changed


def test_a_cancelled_ticket_registers_anew_under_its_id() -> None:
    done = register(in_state(State.CANCELLED), SILENT, CONFERENCE, BOB)
    assert done.is_new and not done.somebody_else
    assert (done.person.attendee.id, done.person.attendee.state, done.person.attendee.version) == (
        ADA, State.REGISTERED, 6,
    )  # fmt: skip
    assert done.person.attendee.profile == Profile((), (), 3)


def test_another_e_mail_is_another_person_who_has_not_said_yes() -> None:
    wanted = replace(SILENT, name="Bob", email="bob@example.org", joined=True)
    done = register(in_state(State.JOINED), wanted, CONFERENCE, BOB)
    cancelled, registered = done.events
    assert isinstance(cancelled, AttendeeCancelled) and isinstance(registered, AttendeeRegistered)
    assert (cancelled.attendee.email, cancelled.attendee.version) == ("ada@example.org", 6)
    assert (registered.attendee.state, registered.attendee.version) == (State.REGISTERED, 7)
    assert registered.attendee.profile == Profile((), (), 3)
    assert done.person.handles == {Handle("mailto", "bob@example.org")}
    assert done.somebody_else and not done.is_new


def test_other_capitals_do_not_make_another_person() -> None:
    done = register(in_state(State.JOINED), replace(SILENT, email="Ada@Example.org"), CONFERENCE, BOB)
    assert not done.somebody_else and done.person.attendee.state is State.JOINED
    assert done.person.handles == KNOWN.handles


def test_a_profile_told_anew_replaces_all_claimed_handles() -> None:
    done = change_profile(KNOWN, Profile((), ("call",), 0), [Handle("irc", "ada2")])
    assert done.person.attendee.profile == Profile((), ("call",), 2)
    assert done.person.handles == {MAIL, Handle("irc", "ada2")}


def test_the_same_profile_again_changes_nothing() -> None:
    assert not change_profile(KNOWN, WANTED.profile, [NICK]).changed


# States


def test_joining_twice_is_joining_once() -> None:
    once = join(KNOWN.attendee)
    assert (once.state, once.version) == (State.JOINED, 6)
    assert join(once) is once


def test_joining_ends_a_pause() -> None:
    assert join(in_state(State.PAUSED).attendee).state is State.JOINED


def test_only_who_joined_can_pause() -> None:
    assert pause(in_state(State.JOINED).attendee).state is State.PAUSED
    with pytest.raises(Conflict, match="has not joined"):
        pause(KNOWN.attendee)


def test_who_cancelled_can_neither_join_nor_pause() -> None:
    gone = cancel(KNOWN.attendee)
    assert cancel(gone) is gone
    for change in (join, pause):
        with pytest.raises(Conflict, match="register it again"):
            change(gone)


# Ties


def test_a_tie_has_the_same_id_whoever_is_named_first() -> None:
    assert tie_id(CONFERENCE, ADA, BOB) == tie_id(CONFERENCE, BOB, ADA)
    assert len({tie_id(c, ADA, other) for c in (CONFERENCE, CYD) for other in (BOB, CYD)}) == 4


def test_counts_of_both_directions_add_up() -> None:
    counts = [
        PairCount(BOB, ADA, "reply", "2026-03", 2),
        PairCount(ADA, BOB, "reply", "2026-03", 1),
        PairCount(BOB, ADA, "reply", "2026-03", 4),
        PairCount(BOB, ADA, "mention", "", 7),
    ]
    assert add_up(counts) == [PairTotal(ADA, BOB, "mention", "", 0, 7), PairTotal(ADA, BOB, "reply", "2026-03", 1, 6)]


@pytest.mark.parametrize(
    ("field", "count"),
    [
        ("target_id", PairCount(ADA, ADA, "reply", "", 1)),
        ("kind", PairCount(ADA, BOB, "wink", "", 1)),
        ("month", PairCount(ADA, BOB, "reply", "2026-13", 1)),
        ("month", PairCount(ADA, BOB, "reply", "March", 1)),
        ("count", PairCount(ADA, BOB, "reply", "", 0)),
        ("count", PairCount(ADA, BOB, "reply", "", 1_000_001)),
    ],
)
def test_what_is_wrong_with_a_count_is_named(field: str, count: PairCount) -> None:
    problems = Problems()
    check_pair_count(count, problems)
    assert [p.field for p in problems.found] == [field]


def test_only_interactions_of_two_attendees_are_kept() -> None:
    tally = Tally()
    for actor, target in [("ada", "bob"), ("ada", "bob"), ("ada", "zed"), ("zed", "bob"), ("zed", "yan")]:
        tally.add(Interaction(actor, target, "reply", "2026-03"))
    found = resolve(tally, {"ada": ADA, "bob": BOB})
    assert found.counts == [PairCount(ADA, BOB, "reply", "2026-03", 2)]
    assert found.strangers == 3


def test_a_person_is_found_under_any_name_they_used() -> None:
    tally = Tally()
    tally.same("ada", "ada|away")
    tally.add(Interaction("bob", "ada", "reply", ""))
    assert resolve(tally, {"ada|away": ADA, "bob": BOB}).counts == [PairCount(BOB, ADA, "reply", "", 1)]


def test_two_addresses_of_one_attendee_are_no_tie() -> None:
    tally = Tally()
    tally.add(Interaction("ada", "lady", "reply", ""))
    found = resolve(tally, {"ada": ADA, "lady": ADA})
    assert (found.counts, found.strangers) == ([], 0)


@pytest.mark.parametrize("month", ["2026-99", "0000-01", "nonsense"])
def test_a_month_that_is_none_is_unknown(month: str) -> None:
    tally = Tally()
    tally.add(Interaction("ada", "bob", "reply", month))
    assert resolve(tally, {"ada": ADA, "bob": BOB}).counts == [PairCount(ADA, BOB, "reply", "", 1)]
