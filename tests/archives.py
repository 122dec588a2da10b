"""Small invented archives, one of each network, every one with a canary wherever somebody wrote something."""

import io
import json
import tarfile
import zipfile
from hashlib import sha256

import libipld

from services.attendee.importers import Tally, import_archive

CANARY = "canary-5d2e"
STRANGER = f"{CANARY}@stranger.example"
MARCH = 1772877600  # 2026-03-07 10:00 UTC

Files = dict[str, bytes]


def dumped(value: object) -> bytes:
    return json.dumps(value).encode()


def zipped(files: Files, **how) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, **how) as out:
        for name, data in files.items():
            out.writestr(name, data)
    return held.getvalue()


def tarred(files: Files) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as out:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            out.addfile(member, io.BytesIO(data))
    return held.getvalue()


def read(network: str, files: Files, *, private: bool = False, size: int = 1_000) -> Tally:
    """What an import of these files counts; they arrive in chunks of `size` bytes."""
    chunks = [(name, [data[at : at + size] for at in range(0, len(data), size)]) for name, data in files.items()]
    return import_archive(network, chunks, max_bytes=50_000_000, private=private)


def counts(network: str, files: Files, *, private: bool = False) -> dict[tuple[str, str, str, str], int]:
    """The same as (actor, target, kind, month): times, each person by the least of their names."""
    return {(*seen,): times for seen, times in read(network, files, private=private).counts()}


def mail(sender: str, own: str, more: str = "") -> str:
    return (
        f"From x Sat Mar  7 10:00:00 2026\nFrom: {sender}\nTo: {STRANGER}\nSubject: {CANARY}\n"
        f"Date: Sat, 7 Mar 2026 10:00:00 +0000\nMessage-ID: <{own}>\n{more}\n{CANARY}\n\n"
    )


def slack(**more) -> dict:
    return {"type": "message", "user": "U1ADA", "text": CANARY, "ts": f"{MARCH}.000100", **more}


SLACK: Files = {
    "users.json": dumped(
        [
            {"id": "U1ADA", "name": "ada", "profile": {"email": "Ada@Example.org", "phone": CANARY}},
            {"id": "U2BO", "profile": {"email": "bo@example.org", "title": CANARY}},
            {"id": "U3CY", "deleted": True},
            {"id": "U9BOT", "is_bot": True, "profile": {"email": "bot@example.org"}},
        ]
    ),
    "channels.json": dumped([{"id": "C1", "name": "general", "topic": {"value": CANARY}}]),
    "groups.json": dumped([{"id": "G1", "name": "secret"}]),
    "general/2026-03-07.json": dumped(
        [
            slack(),
            slack(user="U2BO", ts=f"{MARCH}.000200", thread_ts=f"{MARCH}.000100", parent_user_id="U1ADA"),
            slack(user="U3CY", text=f"<@U2BO> {CANARY} <@U1ADA|ada>", ts=f"{MARCH}.000300"),
            slack(user="U9BOT", text="<@U2BO>"),
            slack(user="U2BO", subtype="channel_join", text="<@U1ADA> has joined"),
        ]
    ),
    "secret/2026-03-07.json": dumped([slack(text=f"<@U2BO> {CANARY}")]),
}


def github_user(number: int, login: str, **more) -> dict:
    return {"id": number, "login": login, "type": "User", "html_url": CANARY, **more}


REPO = "https://api.github.com/repos/club/tool"
ADA_GH, BO_GH, CY_GH = github_user(11, "Ada"), github_user(12, "bo-dev"), github_user(13, "cy")
GITHUB: Files = {
    "issues-1.json": dumped(
        [
            {"id": 1, "number": 5, "url": f"{REPO}/issues/5", "user": ADA_GH, "title": CANARY, "body": CANARY,
             "created_at": "2026-03-01T10:00:00Z"},
            {"id": 2, "number": 6, "url": f"{REPO}/issues/6", "user": BO_GH, "created_at": "2026-03-01T10:00:00Z",
             "pull_request": {"url": f"{REPO}/pulls/6"}, "body": f"{CANARY} cc @cy `@ada`\n> @ada\nmail a@ada.example"},
        ]
    ),
    "comments-1.json": dumped(
        [
            {"id": 10, "issue_url": f"{REPO}/issues/5", "user": BO_GH, "created_at": "2026-03-02T10:00:00Z",
             "body": f"@Ada {CANARY}"},
            {"id": 11, "issue_url": f"{REPO}/issues/5", "user": ADA_GH, "created_at": "2026-03-02T10:00:00Z"},
            {"id": 12, "issue_url": f"{REPO}/issues/5", "user": github_user(9, "ci[bot]", type="Bot"), "body": "@ada"},
            {"id": 13, "issue_url": f"{REPO}/issues/5", "user": None, "body": CANARY},
        ]
    ),
    "reviews.jsonl": b"\n".join(
        dumped(page)
        for page in (
            [{"id": 20, "pull_request_url": f"{REPO}/pulls/6", "url": f"{REPO}/pulls/comments/20", "user": CY_GH,
              "created_at": "2026-03-03T10:00:00Z", "body": CANARY}],
            {"id": 21, "pull_request_url": f"{REPO}/pulls/6", "url": f"{REPO}/pulls/comments/21", "user": ADA_GH,
             "in_reply_to_id": 20, "created_at": "2026-03-03T10:00:00Z", "body": CANARY},
        )
    ),
}  # fmt: skip


def post(number: int, user: int, name: str, **more) -> dict:
    made = {"id": number, "user_id": user, "username": name, "topic_id": 7, "post_number": number, "name": CANARY}
    return {**made, "created_at": "2026-03-04T10:00:00.000Z", "post_type": 1, "cooked": f"<p>{CANARY}</p>", **more}


COOKED = (
    f'<aside class="quote no-group" data-username="bo" data-post="2" data-topic="7">{CANARY}</aside> '
    f'<a class="mention" href="/u/ada">@ada</a> {CANARY}'
)
DISCOURSE: Files = {
    "t/7.json": dumped(
        {
            "id": 7, "title": CANARY, "archetype": "regular",
            "post_stream": {
                "posts": [
                    post(1, 31, "Ada"),
                    post(2, 32, "bo"),
                    post(3, 31, "Ada", reply_to_post_number=2),
                    post(4, 33, "cy", reply_to_post_number=3, cooked=COOKED),
                    post(5, -1, "system"), post(6, 32, "bo", post_type=3),
                ],
            },
        }
    ),
    "posts.jsonl": dumped({"latest_posts": [post(8, 33, "cy", reply_to_post_number=5)]}),
    "t/8.json": dumped({"archetype": "private_message", "post_stream": {"posts": [post(1, 31, "Ada", topic_id=8)]}}),
}  # fmt: skip

AS_PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def toot(note: object, *, kind: str = "Create", to: str = AS_PUBLIC) -> dict:
    actor = "https://b.social/users/ada"
    return {"type": kind, "actor": actor, "published": "2026-03-05T10:00:00Z", "to": [to], "cc": [], "object": note}


def note(parent: str | None = None, **mentions: str) -> dict:
    tags = [{"type": "Mention", "name": name, "href": href} for name, href in mentions.items()]
    return {"type": "Note", "content": CANARY, "summary": CANARY, "inReplyTo": parent, "tag": tags}


def account(number: str, acct: str, host: str = "b.social") -> dict:
    return {"id": number, "acct": acct, "url": f"https://{host}/@{acct.partition('@')[0]}", "note": CANARY}


def status(number: str, who: dict, **more) -> dict:
    made = {"id": number, "account": who, "created_at": "2026-03-06T10:00:00.000Z", "content": CANARY}
    return {**made, "visibility": "public", "mentions": [], "reblog": None, **more}


BO_URL = "https://c.example/users/bo"
MASTODON: Files = {
    "actor.json": dumped({"id": "https://b.social/users/ada", "summary": CANARY}),
    "outbox.json": dumped(
        {
            "type": "OrderedCollection",
            "orderedItems": [
                toot(note(f"{BO_URL}/statuses/1", **{"@bo@c.example": BO_URL, "@cy": "https://b.social/users/cy"})),
                toot(note("https://b.social/users/ada/statuses/3")),
                toot(note("https://d.example/objects/77")),
                toot(note("https://d.example/objects/78", **{"@di@d.example": "https://d.example/actors/di"})),
                toot(note(**{"@bo@c.example": BO_URL}), to="https://b.social/users/ada/followers"),
                toot("https://c.example/users/bo/statuses/9", kind="Announce"),
            ],
        }
    ),
    "following_accounts.csv": b"Account address,Show boosts\ncy,true\nbo@C.example,true\n",
    "likes.json": dumped({"orderedItems": [CANARY]}),
    "media/photo.jpg": b"\xff\xd8" + CANARY.encode(),
    "statuses.json": dumped(
        [
            status("100", account("1", "cy")),
            status("101", account("2", "ada"), in_reply_to_id="100", in_reply_to_account_id="1"),
            status("102", account("2", "ada"), visibility="direct", mentions=[account("1", "cy")]),
            status("103", account("1", "cy"), reblog={"account": account("3", "bo@c.example", "c.example")}),
            status("104", account("1", "cy"), in_reply_to_id="90", in_reply_to_account_id="2",
                   mentions=[account("2", "ada"), account("3", "bo@c.example", "c.example")]),
        ]
    ),
}  # fmt: skip

DID = "did:plc:"


def shown(who: str, parent: str = "", **more) -> dict:
    reply = {"root": {"uri": "at://did:plc:zz/x/1"}, "parent": {"uri": f"at://{DID}{parent}/app.bsky.feed.post/1"}}
    record = {"text": CANARY, "createdAt": "2026-03-07T10:00:00Z", **({"reply": reply} if parent else {}), **more}
    person = {"did": DID + who, "handle": f"{who}.example.org", "displayName": CANARY}
    return {"post": {"uri": "at://x", "author": person, "record": record}}


def block(value: object) -> bytes:
    data = libipld.encode_dag_cbor(value)
    return section(b"\x01\x71\x12\x20" + sha256(data).digest() + data)


def section(data: bytes) -> bytes:
    size, out = len(data), b""
    while size > 127:
        size, out = size >> 7, out + bytes([size & 127 | 128])
    return out + bytes([size]) + data


def stored(kind: str, **more) -> dict:
    return {"$type": f"app.bsky.{kind}", "createdAt": "2026-03-08T10:00:00Z", "text": CANARY, **more}


FACET = {"features": [{"$type": "app.bsky.richtext.facet#mention", "did": f"{DID}cy"}], "index": {}}
BLUESKY: Files = {
    "feed.json": dumped(
        {
            "feed": [
                shown("ada", "bo"),
                shown("ada", facets=[FACET, {"features": [{"uri": CANARY}]}]),
                {**shown("bo"), "reason": {"$type": "app.bsky.feed.defs#reasonRepost", "by": {"did": f"{DID}ada"}}},
                shown("ada", "ada"),
                shown("ada", embed={"$type": "app.bsky.embed.record", "record": {"uri": f"at://{DID}cy/p/1"}}),
            ]
        }
    ),
    "follows.jsonl": dumped({"subject": {"did": f"{DID}bo"}, "follows": [{"did": f"{DID}ada", "description": CANARY}]}),
    "repo.car": section(libipld.encode_dag_cbor({"version": 1, "roots": []}))
    + block({"did": f"{DID}cy", "version": 3, "rev": "1", "sig": b"1"})
    + block({"e": [{"k": CANARY.encode(), "p": 0}], "l": None})
    + block(stored("feed.post", reply={"parent": {"uri": f"at://{DID}ada/app.bsky.feed.post/9"}}))
    + block(stored("feed.repost", subject={"uri": f"at://{DID}bo/app.bsky.feed.post/9"}))
    + block(stored("graph.follow", subject=f"{DID}ada")),
}

ZULIP: Files = {
    "messages-000001.json": dumped(
        {
            "zerver_message": [
                {"id": 1, "sender": 1, "recipient": 50, "subject": CANARY, "content": CANARY, "date_sent": MARCH},
                {"id": 2, "sender": 2, "recipient": 50, "date_sent": MARCH,
                 "content": f"@_**Ada L|1** [said](https://z.example/#near/1):\n```quote\n{CANARY}\n```\n@**Cy|3** hi"},
                {"id": 3, "sender": 9, "recipient": 50, "content": "@**Ada L|1**", "date_sent": MARCH},
                {"id": 4, "sender": 2, "recipient": 51, "content": f"@**Ada L|1** {CANARY}", "date_sent": MARCH},
                {"id": 5, "sender": 2, "recipient": 52, "content": f"@**Ada L|1** {CANARY}", "date_sent": MARCH},
            ],
            "zerver_usermessage": [{"id": 1}],
        }
    ),
    "realm.json": dumped(
        {
            "zerver_realm": [{"name": CANARY}],
            "zerver_userprofile": [
                {"id": 1, "full_name": "Ada L", "email": "user1@z.example", "delivery_email": "Ada@example.org"},
                {"id": 2, "full_name": "Bo", "email": "bo@example.org"},
                {"id": 3, "full_name": "Cy", "email": "cy@example.org"},
                {"id": 9, "full_name": "Bot", "email": "bot@example.org", "is_bot": True},
            ],
            "zerver_stream": [{"id": 70, "invite_only": False}, {"id": 71, "invite_only": True}],
            "zerver_recipient": [
                {"id": 50, "type": 2, "type_id": 70}, {"id": 51, "type": 2, "type_id": 71},
                {"id": 52, "type": 1, "type_id": 1},
            ],
        }
    ),
}  # fmt: skip


def event(number: int, who: str, relation: dict | None = None, **more) -> dict:
    content = {"msgtype": "m.text", "body": CANARY, **({"m.relates_to": relation} if relation else {}), **more}
    ids = {"event_id": f"${number}", "sender": f"@{who}:m.example"}
    return {"type": "m.room.message", **ids, "origin_server_ts": MARCH * 1000, "content": content}


NAMES_CY = {"m.mentions": {"user_ids": ["@cy:m.example"]}}
MATRIX: Files = {
    "room.json": dumped(
        {
            "room_name": CANARY, "topic": CANARY,
            "messages": [
                event(1, "Ada"),
                event(2, "bo", {"m.in_reply_to": {"event_id": "$1"}}, **NAMES_CY),
                event(3, "cy", {"rel_type": "m.thread", "event_id": "$1", "is_falling_back": True,
                                "m.in_reply_to": {"event_id": "$2"}}),
                event(4, "bo", {"rel_type": "m.replace", "event_id": "$2"}),
                {**event(5, "cy"), "type": "m.room.encrypted"},
                event(6, "cy", {"m.in_reply_to": {"event_id": "$gone"}}),
            ],
        }
    )
}  # fmt: skip


def said(number: int, who: int, **more) -> dict:
    author = {"id": str(who), "name": f"P{who}", "nickname": CANARY, "isBot": who == 9}
    made = {"id": str(number), "type": "Default", "timestamp": "2026-03-07T10:00:00+00:00", "content": CANARY}
    return {**made, "author": author, "mentions": [], **more}


def channel(kind: str, *messages: dict) -> bytes:
    return dumped({"guild": {"id": "1"}, "channel": {"id": "2", "type": kind, "topic": CANARY}, "messages": messages})


DISCORD: Files = {
    "general.json": channel(
        "GuildTextChat",
        said(100, 1),
        said(101, 2, type="Reply", reference={"messageId": "100"}, mentions=[{"id": "1"}, {"id": "3"}]),
        said(102, 9, mentions=[{"id": "1"}]),
        said(103, 3, type="GuildMemberJoin", mentions=[{"id": "1"}]),
    ),
    "dm.json": channel("DirectTextChat", said(200, 1, mentions=[{"id": "2"}])),
}


def comment(number: int, email: str, parent: int = 0, **more: str) -> str:
    fields = {"comment_id": str(number), "comment_author": CANARY, "comment_author_email": email}
    fields |= {"comment_author_IP": CANARY, "comment_date_gmt": "2026-03-07 10:00:00", "comment_content": CANARY}
    fields |= {"comment_approved": "1", "comment_type": "", "comment_parent": str(parent), **more}
    return "<wp:comment>" + "".join(f"<wp:{k}><![CDATA[{v}]]></wp:{k}>" for k, v in fields.items()) + "</wp:comment>"


WORDPRESS: Files = {
    "blog.xml": (
        '<?xml version="1.0"?><rss xmlns:dc="d" xmlns:wp="w"><channel><title>' + CANARY + "</title><wp:author>"
        "<wp:author_login>ada</wp:author_login><wp:author_email>Ada@example.org</wp:author_email></wp:author>"
        f"<item><title>{CANARY}</title><dc:creator>ada</dc:creator><wp:post_id>4</wp:post_id>"
        "<wp:status>publish</wp:status>"
        + comment(1, "bo@example.org")
        + comment(2, "cy@example.org", 1)
        + comment(3, "di@example.org", comment_approved="spam")
        + comment(4, "", comment_type="pingback")
        + "</item><item><dc:creator>ada</dc:creator><wp:post_id>5</wp:post_id><wp:status>draft</wp:status>"
        + comment(6, "bo@example.org")
        + "</item></channel></rss>"
    ).encode()
}


def js(name: str, value: object) -> bytes:
    return f"window.YTD.{name}.part0 = ".encode() + dumped(value)


def tweet(text: str, answered: str | None = None, **mentions: str) -> dict:
    people = [{"id_str": number[1:], "screen_name": name} for name, number in mentions.items()]
    made = {"created_at": "Sat Mar 07 10:00:00 +0000 2026", "full_text": text, "entities": {"user_mentions": people}}
    return {"tweet": {**made, "in_reply_to_user_id_str": answered}}


X: Files = {
    "data/account.js": js("account", [{"account": {"accountId": "1", "username": "Ada", "email": STRANGER}}]),
    "data/tweets.js": js(
        "tweets",
        [
            tweet(f"@bo {CANARY}", "2", bo="n2", cy="n3"),
            tweet(CANARY, "1"),
            tweet(f"RT @cy: {CANARY}", None, cy="n3"),
        ],
    ),
    "data/following.js": js("following", [{"following": {"accountId": "3", "userLink": CANARY}}]),
    "data/direct-messages.js": js(
        "direct_messages",
        [{"dmConversation": {"messages": [{"messageCreate": {
            "senderId": "1", "recipientId": "2", "createdAt": "2026-03-07T10:00:00.000Z", "text": CANARY}}]}}],
    ),
    "data/profile.js": js("profile", [CANARY]),
}  # fmt: skip

LINKEDIN: Files = {
    "messages.csv": (
        "CONVERSATION ID,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER\n"
        f"1,{CANARY},https://www.linkedin.com/in/Ada-L,Bo,https://www.linkedin.com/in/bo,2026-03-07 10:00:00 UTC,"
        f'{CANARY},"{CANARY},\n""{CANARY}""",INBOX\n'
        "1,x\n"
        f"1,LinkedIn,,Ada,https://www.linkedin.com/in/Ada-L,2026-03-07 10:00:00 UTC,{CANARY},{CANARY},INBOX\n"
    ).encode(),
    "Connections.csv": f"Notes:\n{STRANGER}\n".encode(),
}


def thing(kind: str, name: str, who: str, parent: str | None = None, replies: object = "") -> dict:
    data = {"name": name, "author": who, "body": CANARY, "title": CANARY, "created_utc": MARCH, "replies": replies}
    return {"kind": kind, "data": {**data, **({"parent_id": parent} if parent else {})}}


def listing(*children: dict) -> dict:
    return {"kind": "Listing", "data": {"children": children, "after": None}}


REDDIT: Files = {
    "thread.json": dumped(
        [
            listing(thing("t3", "t3_a", "Ada")),
            listing(
                thing("t1", "t1_b", "bo", "t3_a", listing(thing("t1", "t1_c", "cy", "t1_b"))),
                thing("t1", "t1_d", "[deleted]", "t3_a"),
                thing("t1", "t1_e", "AutoModerator", "t3_a"),
            ),
        ]
    ),
    "more.jsonl": dumped(thing("t1", "t1_f", "Ada", "t1_b")["data"]),
}

GENERIC: Files = {
    "counted.csv": (
        "id,Actor,Target,Kind,Time,note\n"
        f"1,Ada@example.org,bo@example.org,reply,2026-03-07T10:00:00Z,{CANARY}\n"
        f"2,bo@example.org,ada@example.org,stared,2026-03-07,{CANARY}\n"
    ).encode(),
    "counted.jsonl": dumped(
        {"actor": "bo@example.org", "target": "ada@example.org", "kind": "comment", "note": CANARY}
    ),
}


ARCHIVES: dict[str, Files] = {
    "irc": {"2026-03-07.log": f"[10:00] <ada> hi {CANARY}\n[10:01] <bo> ada: {CANARY}\n".encode()},
    "mbox": {
        "2026-March.txt": (
            mail("ada@example.org", f"{CANARY}@x") + mail("bo@example.org", "2@x", f"In-Reply-To: <{CANARY}@x>\n")
        ).encode()
    },
    "slack": SLACK,
    "github": GITHUB,
    "discourse": DISCOURSE,
    "mastodon": MASTODON,
    "bluesky": BLUESKY,
    "zulip": ZULIP,
    "matrix": MATRIX,
    "discord": DISCORD,
    "wordpress": WORDPRESS,
    "x": X,
    "linkedin": LINKEDIN,
    "reddit": REDDIT,
    "csv": GENERIC,
}
