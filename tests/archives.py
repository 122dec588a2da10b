"""Small invented archives, one of each network, every one with a canary wherever somebody wrote something."""

import io
import json
import tarfile
import zipfile

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

ARCHIVES: dict[str, Files] = {
    "irc": {"2026-03-07.log": f"[10:00] <ada> hi {CANARY}\n[10:01] <bo> ada: {CANARY}\n".encode()},
    "mbox": {
        "2026-March.txt": (
            mail("ada@example.org", f"{CANARY}@x") + mail("bo@example.org", "2@x", f"In-Reply-To: <{CANARY}@x>\n")
        ).encode()
    },
    "slack": SLACK,
}
