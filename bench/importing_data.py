"""Archives of invented conversation in the first six formats, of any number of interactions.

5,000 people, 15,000 pairs of them that talk, two years: about as many different counts as an import may hold. Bodies
are as long as people write them. The same number gives the same bytes.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

PEOPLE, PAIRS = 5_000, 15_000
START, SECONDS = 1_704_067_200, 2 * 365 * 86_400  # two years from 2024-01-01
WORDS = [
    "the",
    "of",
    "and",
    "wheel",
    "build",
    "when",
    "lock",
    "resolver",
    "would",
    "should",
    "release",
    "patch",
    "tests",
    "again",
    "maybe",
    "thanks",
    "because",
]
A_PAGE = 100  # objects on a page of an API
BODIES = 500


class Turn(NamedTuple):
    """One interaction: two people as numbers, a time, and what is said."""

    number: int
    actor: int
    target: int
    at: int
    body: str

    @property
    def iso(self) -> str:
        """The time as platforms write it."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def turns(count: int) -> Iterator[Turn]:
    """The interactions, in the order of their time."""
    dice = Random(count)
    pairs = [tuple(dice.sample(range(1, PEOPLE + 1), 2)) for _ in range(PAIRS)]
    bodies = [" ".join(dice.choices(WORDS, k=dice.randint(5, 60))) for _ in range(BODIES)]
    for number in range(1, count + 1):
        actor, target = dice.choice(pairs)
        yield Turn(number, actor, target, START + number * SECONDS // (count + 1), dice.choice(bodies))


def _pages(file: Path, objects: Iterable[Any], key: str = "") -> None:
    values = iter(objects)
    with file.open("w") as out:
        while page := list(islice(values, A_PAGE)):
            out.write(json.dumps({key: page} if key else page) + "\n")


def github(folder: Path, count: int) -> None:
    """An issue of everybody, and comments on them."""
    repo = "https://api.github.com/repos/club/tool"

    def user(number: int) -> dict[str, Any]:
        url = f"https://api.github.com/users/person-{number}"
        links = {f"{name}_url": f"{url}/{name}" for name in ("followers", "gists", "starred", "repos", "events")}
        return {"login": f"person-{number}", "id": number, "node_id": "MDQ6", "url": url, "type": "User", **links}

    def issues() -> Iterator[Any]:
        for n in range(1, PEOPLE + 1):
            made = {"id": n, "number": n, "url": f"{repo}/issues/{n}", "user": user(n), "title": "it breaks"}
            yield made | {"created_at": "2024-01-01T00:00:00Z", "body": "it breaks", "labels": [], "comments": 3}

    def comments() -> Iterator[Any]:
        for turn in turns(count):
            url = f"{repo}/issues/comments/{turn.number}"
            made = {"id": turn.number, "url": url, "issue_url": f"{repo}/issues/{turn.target}", "body": turn.body}
            yield made | {"user": user(turn.actor), "created_at": turn.iso, "author_association": "NONE"}

    _pages(folder / "1-issues.jsonl", issues())
    _pages(folder / "2-comments.jsonl", comments())


def mbox(folder: Path, count: int) -> None:
    """A list where everybody's last mail is answered."""
    last: dict[int, str] = {}
    with (folder / "list.mbox").open("w") as out:
        for turn in turns(count):
            if turn.target not in last:
                last[turn.target] = f"first-{turn.target}@list.example"
                out.write(_mail(turn, turn.target, last[turn.target], None))
            own = f"{turn.number}.{turn.at}@list.example"
            out.write(_mail(turn, turn.actor, own, last[turn.target]))
            last[turn.actor] = own


def _mail(turn: Turn, sender: int, own: str, parent: str | None) -> str:
    date = datetime.fromtimestamp(turn.at, UTC)
    answers = f"In-Reply-To: <{parent}>\nReferences: <root@list.example>\n <{parent}>\n" if parent else ""
    return (
        f"From person{sender}@people.example {date:%a %b} {date.day:2} {date:%H:%M:%S %Y}\n"
        f"From: Person {sender} <person{sender}@people.example>\nTo: list@list.example\nSubject: Re: wheels\n"
        f"Date: {date:%a, %d %b %Y %H:%M:%S} +0000\nMessage-ID: <{own}>\n{answers}List-Id: <list.example>\n\n"
        f"{turn.body}\n\n"
    )


def slack(folder: Path, count: int) -> None:
    """An export with one channel, a file a day."""
    users = [{"id": f"U{n:08}", "profile": {"email": f"person{n}@people.example"}} for n in range(1, PEOPLE + 1)]
    with zipfile.ZipFile(folder / "export.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("users.json", json.dumps(users))
        out.writestr("channels.json", json.dumps([{"id": "C1", "name": "general"}]))
        for day, said in groupby(turns(count), lambda turn: turn.iso[:10]):
            out.writestr(f"general/{day}.json", json.dumps([_slack(turn) for turn in said]))


def _slack(turn: Turn) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": turn.body}]}
    made = {"type": "message", "user": f"U{turn.actor:08}", "text": turn.body, "team": "T1"}
    made |= {"ts": f"{turn.at}.{turn.number % 10**6:06}", "thread_ts": f"{START}.000001"}
    blocks = [{"type": "rich_text", "elements": [section]}]
    return made | {"parent_user_id": f"U{turn.target:08}", "blocks": blocks}


def discourse(folder: Path, count: int) -> None:
    """A topic of everybody, in which others answer the first post."""

    def post(turn: Turn, author: int, number: int, answers: int | None) -> dict[str, Any]:
        made = {"id": turn.number, "user_id": author, "username": f"person{author}", "topic_id": turn.target}
        made |= {"post_type": 1, "post_number": number, "reply_to_post_number": answers, "created_at": turn.iso}
        return made | {
            "cooked": f"<p>{turn.body}</p>",
            "reads": 3,
            "score": 1.5,
            "trust_level": 2,
            "actions_summary": [],
        }

    def posts() -> Iterator[Any]:
        length: dict[int, int] = {}
        for turn in turns(count):
            if turn.target not in length:
                length[turn.target] = 1
                yield post(turn, turn.target, 1, None)
            length[turn.target] += 1
            yield post(turn, turn.actor, length[turn.target], 1)

    _pages(folder / "posts.jsonl", posts(), "latest_posts")


def mastodon(folder: Path, count: int) -> None:
    """A fifth as one account's archive, the rest as pages of statuses."""
    (folder / "actor.json").write_text(json.dumps({"id": "https://b.example/users/person0"}))
    with (folder / "outbox.json").open("w") as out:
        out.write('{"type": "OrderedCollection", "orderedItems": [')
        for turn in turns(count // 5):
            out.write((", " if turn.number > 1 else "") + json.dumps(_activity(turn)))
        out.write("]}")
    _pages(folder / "statuses.jsonl", (_status(turn) for turn in turns(count - count // 5)))


def _activity(turn: Turn) -> dict[str, Any]:
    me, other = "https://b.example/users/person0", f"https://c.example/users/person{turn.target}"
    tag = [{"type": "Mention", "href": other, "name": f"@person{turn.target}@c.example"}]
    note: dict[str, Any] = {
        "id": f"{me}/statuses/{turn.number}",
        "type": "Note",
        "inReplyTo": f"{other}/statuses/{turn.number}",
        "tag": tag,
    }
    note |= {"content": f"<p>{turn.body}</p>", "attachment": [], "sensitive": False, "published": turn.iso}
    public = ["https://www.w3.org/ns/activitystreams#Public"]
    return {"type": "Create", "actor": me, "published": turn.iso, "to": public, "cc": [other], "object": note}


def _status(turn: Turn) -> dict[str, Any]:
    people = [
        {"id": str(n), "acct": f"person{n}", "url": f"https://b.example/@person{n}", "note": "hi", "bot": False}
        for n in (turn.actor, turn.target)
    ]
    made = {"id": str(turn.number), "created_at": turn.iso, "visibility": "public", "content": f"<p>{turn.body}</p>"}
    answers = {"in_reply_to_id": str(turn.number - 1), "in_reply_to_account_id": str(turn.target)}
    return made | answers | {"account": people[0], "mentions": people[1:], "reblog": None, "media_attachments": []}


def bluesky(folder: Path, count: int) -> None:
    """Pages of everybody's feed."""

    def feed() -> Iterator[Any]:
        for turn in turns(count):
            did, other = (f"did:plc:person{n:018}" for n in (turn.actor, turn.target))
            parent = {"uri": f"at://{other}/app.bsky.feed.post/{turn.number - 1}", "cid": "bafy"}
            record: dict[str, Any] = {
                "$type": "app.bsky.feed.post",
                "text": turn.body,
                "createdAt": turn.iso,
                "langs": ["en"],
            }
            author = {"did": did, "handle": f"person{turn.actor}.example.org", "displayName": "Person"}
            record |= {"reply": {"root": parent, "parent": parent}}
            yield {"post": {"uri": f"at://{did}/app.bsky.feed.post/{turn.number}", "author": author, "record": record}}

    _pages(folder / "feed.jsonl", feed(), "feed")


GENERATORS: dict[str, Callable[[Path, int], None]] = {
    "github": github,
    "mbox": mbox,
    "slack": slack,
    "discourse": discourse,
    "mastodon": mastodon,
    "bluesky": bluesky,
}
