"""Lists of the API hold what a caller made, before any event has told the portal of it."""

from tests.conftest import MakeDatabase
from tests.portal_hall import Hall, hall

PEOPLE = "ticket,name,email,handles,interests,formats,budget\n" + "".join(
    f"T-{n},Person {n},p{n}@example.org,irc:p{n},,,\n" for n in range(5)
)
LOG = b"[10:01] <p0> p1: hello\n[10:02] <p1> p0: hello\n"


async def tickets(made: Hall, path: str) -> tuple[list[str], str | None]:
    """The tickets on a page, and where the next begins."""
    answer = await made.api.get(path)
    assert answer.status_code == 200, answer.text
    return [a["ticket"] for a in answer.json()["attendees"]], answer.json()["next"]


async def test_without_a_broker_conferences_people_and_sources_are_listed_at_once(database: MakeDatabase):
    async with hall(database) as made:
        await made.conference()
        await made.conference("later", starts_on="2027-05-15")
        listed = (await made.api.get("/conferences")).json()["conferences"]
        assert [c["slug"] for c in listed] == ["later", "pycamp"]
        async with await made.client("read", conference="pycamp") as bound:
            assert [c["slug"] for c in (await bound.get("/conferences")).json()["conferences"]] == ["pycamp"]

        assert (await made.csv("/conferences/pycamp/registrations", PEOPLE)).json()["registered"] == 5
        everybody, end = await tickets(made, "/conferences/pycamp/attendees")
        assert sorted(everybody) == ["T-0", "T-1", "T-2", "T-3", "T-4"] and end is None
        first, after = await tickets(made, "/conferences/pycamp/attendees?limit=3")
        rest, end = await tickets(made, f"/conferences/pycamp/attendees?limit=3&after={after}")
        assert first + rest == everybody and end is None

        path = "/conferences/pycamp/sources?network=irc&name=chat&visibility=public"
        sent = await made.api.post(path, files={"files": ("2027-05-01.log", LOG)})
        assert sent.status_code == 201, sent.text
        (source,) = (await made.api.get("/conferences/pycamp/sources")).json()["sources"]
        assert source == sent.json() and source["name"] == "chat" and source["messages"] == 2
        await made.api.delete(f"/conferences/pycamp/sources/{source['id']}")
        assert (await made.api.get("/conferences/pycamp/sources")).json() == {"sources": []}
