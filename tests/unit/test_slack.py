"""The Slack importer: threads and mentions of public channels, in an invented workspace."""

import pytest

from services.attendee.importers import ImportFailed
from tests.archives import MARCH, SLACK, counts, dumped, read, slack

ADA, BO, CY = "ada@example.org", "bo@example.org", "u3cy"


def day(*messages: dict, **files) -> dict:
    return {**SLACK, "secret/2026-03-07.json": b"[]", "general/2026-03-07.json": dumped(list(messages)), **files}


def test_threads_and_mentions_of_people_count_and_bots_joins_and_private_channels_do_not():
    assert counts("slack", SLACK) == {
        (BO, ADA, "reply", "2026-03"): 1,
        (CY, BO, "mention", "2026-03"): 1,
        (CY, ADA, "mention", "2026-03"): 1,
    }


def test_what_was_left_out_as_private_is_told():
    assert read("slack", SLACK).private == 1


def test_private_channels_count_as_messages_where_asked_for():
    assert counts("slack", SLACK, private=True)[ADA, BO, "message", "2026-03"] == 1


def test_the_address_in_users_json_stands_for_the_user():
    tally = read("slack", SLACK)
    assert tally.names(tally.person(ADA)) == {ADA, "u1ada"}


def test_an_address_two_users_have_joins_them_not():
    users = dumped([{"id": i, "profile": {"email": "same@example.org"}} for i in ("U1ADA", "U2BO")])
    reply = slack(user="U2BO", thread_ts="1.0", parent_user_id="U1ADA")
    assert counts("slack", day(reply, **{"users.json": users})) == {
        ("same@example.org", "u1ada", "reply", "2026-03"): 1
    }


def test_without_parent_user_id_the_author_of_the_thread_is_answered():
    first, second = slack(), slack(user="U2BO", ts="2.0", thread_ts=f"{MARCH}.000100")
    assert counts("slack", day(second, first)) == {(BO, ADA, "reply", "1970-01"): 1}


def test_a_thread_that_began_before_the_export_is_unresolved():
    tally = read("slack", day(slack(thread_ts="1.0")))
    assert (tally.messages, tally.resolved, tally.unresolved) == (1, 0, 1)


def test_who_is_answered_and_named_is_answered_once():
    reply = slack(user="U2BO", text="<@U1ADA> yes", thread_ts="1.0", parent_user_id="U1ADA")
    assert counts("slack", day(reply)) == {(BO, ADA, "reply", "2026-03"): 1}


def test_a_message_that_names_a_crowd_names_nobody():
    assert counts("slack", day(slack(text="".join(f"<@U{n}X>" for n in range(9))))) == {}


def test_the_files_may_come_in_any_order():
    assert counts("slack", dict(reversed(SLACK.items()))) == counts("slack", SLACK)


def test_without_the_list_of_public_channels_nothing_is_taken():
    with pytest.raises(ImportFailed, match="channels.json is not in it"):
        read("slack", {name: data for name, data in SLACK.items() if name != "channels.json"})


def test_a_day_that_is_no_list_is_refused_by_name():
    with pytest.raises(ImportFailed, match=r"'general/2026-03-07.json'.* it is not whole JSON that is a list"):
        read("slack", {**SLACK, "general/2026-03-07.json": b'{"ok": false}'})


def test_a_large_day_is_read_object_by_object():
    many = [slack(user="U2BO", text="x" * 900, thread_ts="1.0", parent_user_id="U1ADA") for _ in range(5_000)]
    files = day(*many)
    assert len(files["general/2026-03-07.json"]) > 4 * 1024 * 1024
    assert counts("slack", files) == {(BO, ADA, "reply", "2026-03"): 5_000}
