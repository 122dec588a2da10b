"""A suggested table names nobody, on the page and in the API, however much the portal knows."""

from datetime import UTC, datetime
from uuid import UUID

from services.portal.api.http import views as http
from services.portal.api.pages import views as pages
from services.portal.domain.read_model import Suggestion

NOW = datetime(2027, 5, 10, tzinfo=UTC)
ADA, BOB, CYD = PEOPLE = [UUID(int=n) for n in (1, 2, 3)]
NAMES = {ADA: "Ada", BOB: "Bob", CYD: "Cyd"}
TABLE = Suggestion(UUID(int=9), 1, UUID(int=5), (ADA, BOB, CYD), "table", "table", "open", NOW, (), (1, 2, 3), size=3)


def test_the_page_says_how_many_and_why_and_by_which_rule_but_not_who():
    seen = pages.suggestion_view(TABLE, "", ADA, NAMES, NOW)
    assert (seen.who, seen.faces, seen.pair) == ("A table for 3", [pages.Face("3", 0)], False)
    assert seen.label == "A small table"
    assert seen.why == [
        "A table of people who talk with each other online, or with one another's friends.",
        "It is set with those who say yes, if they are at least three; you see who then.",
    ]
    assert not [name for name in ("Bob", "Cyd") if name in str(seen)]


def test_the_api_tells_a_tables_person_of_nobody_else_and_a_pairs_of_both():
    told = http.suggestion(TABLE, ADA, NAMES)
    assert (told["attendees"], told["size"], told["rank"]) == ([{"id": ADA, "name": "Ada"}], 3, 1)
    assert not [known for known in (BOB, CYD, "Bob", "Cyd") if str(known) in str(told)]
    pair = Suggestion(UUID(int=9), 1, UUID(int=5), (ADA, BOB), "tie", "coffee", "open", NOW, (), (1, 2), size=2)
    assert [person["name"] for person in http.suggestion(pair, ADA, NAMES)["attendees"]] == ["Ada", "Bob"]
