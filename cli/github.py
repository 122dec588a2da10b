"""Fetches who commented where in a GitHub repository, page by page, so that it can be imported; no text is written.

A folder holds what was fetched (issues.jsonl, comments.jsonl, reviews.jsonl) and how far that went (.state.json): a run
that was stopped goes on at its page, a later run adds what is new.
"""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from cli.errors import CommandError

API = "https://api.github.com"
LISTS = {"issues": "issues?state=all&", "comments": "issues/comments?", "reviews": "pulls/comments?"}
KEPT = ("id", "number", "url", "issue_url", "pull_request_url", "in_reply_to_id", "created_at")
TRIES = 6  # of one page; the waits between them add up to a minute, unless GitHub says how long to wait
LONGEST_WAIT = 3_700.0  # seconds; GitHub's limits are per hour

_NOT_SAID = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|(?m:^>.*$)", re.DOTALL)  # code, and what is quoted
_MENTION = re.compile(r"(?<![\w@/.`-])@[A-Za-z0-9][A-Za-z0-9-]{0,38}(?![\w/@-])")


class Fetcher:
    """One repository into one folder. `wait` sleeps for so many seconds; `tell` takes what a person should know."""

    def __init__(
        self,
        client: httpx.Client,
        repository: str,
        folder: Path,
        *,
        wait: Callable[[float], None] = time.sleep,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        if not re.fullmatch(r"[\w.-]{1,100}/[\w.-]{1,100}", repository):
            raise CommandError(f"{repository[:80]!r} is no repository; write it as owner/name")
        self._client, self._repository, self._folder = client, repository, folder
        self._wait, self._tell = wait, tell
        self._state: dict[str, Any] = self._loaded()

    def run(self, since: str = "") -> int:
        """Fetches what is new (`since`: a date, for the first time only); how many objects were added."""
        return sum(self._list(name, since) for name in LISTS)

    def _loaded(self) -> dict[str, Any]:
        file = self._folder / ".state.json"
        state = json.loads(file.read_text()) if file.exists() else {"repository": self._repository}
        if state.get("repository") != self._repository:
            raise CommandError(f"{self._folder} holds another repository; name another folder")
        return dict(state)

    def _save(self) -> None:
        draft = self._folder / ".state.json.draft"
        draft.write_text(json.dumps(self._state))
        draft.replace(self._folder / ".state.json")

    def _list(self, name: str, since: str) -> int:
        place = self._state.setdefault(name, {"since": since, "newest": "", "at_newest": [], "size": 0})
        first = f"/repos/{self._repository}/{LISTS[name]}sort=updated&direction=asc&per_page=100"
        start = first + (f"&since={place['since']}" if place["since"] else "")
        added, url = 0, place.get("next") or start
        while url:
            known = place.get("etag", "") if url == place.get("etag_of") else ""
            page = self._page(url, known)
            if page.status_code == httpx.codes.NOT_MODIFIED:
                break
            items = page.json()
            added += self._keep(name, place, items)
            if url == start:
                place |= {"etag": page.headers.get("etag", ""), "etag_of": url}
            place["seen"] = max([place.get("seen", ""), *(str(item.get("updated_at", "")) for item in items)])
            place["next"] = url = self._next(page)
            self._save()
            self._tell(f"{name}: {added} new")
        place["since"] = place.get("seen") or place["since"]
        place["newest"], place["at_newest"] = place.get("run_newest", ""), place.get("run_at_newest", [])
        self._save()
        return added

    def _keep(self, name: str, place: dict[str, Any], items: list[dict[str, Any]]) -> int:
        """Adds the objects that no earlier run has; one that was only edited comes again and is left out."""
        new = [
            item
            for item in items
            if (at := str(item.get("created_at"))) > place["newest"]
            or (at == place["newest"] and item["id"] not in place["at_newest"])
        ]
        newest = max([place.get("run_newest", ""), *(str(item.get("created_at")) for item in new)])
        held = place.get("run_at_newest", []) if newest == place.get("run_newest") else []
        place["run_newest"] = newest
        place["run_at_newest"] = held + [item["id"] for item in new if item.get("created_at") == newest]
        with (self._folder / f"{name}.jsonl").open("a+b") as out:
            out.truncate(place["size"])  # what a stopped run wrote without noting it
            out.seek(place["size"])
            out.write(b"".join(json.dumps(_reduced(item)).encode() + b"\n" for item in new))
            place["size"] = out.tell()
        return len(new)

    def _next(self, page: httpx.Response) -> str:
        url = page.links.get("next", {}).get("url", "")
        if url and httpx.URL(url).host != self._client.base_url.host:
            raise CommandError("GitHub named a next page on another host; nothing is sent there")
        return str(url)

    def _page(self, url: str, etag: str) -> httpx.Response:
        for attempt in range(TRIES):
            try:
                page = self._client.get(url, headers={"If-None-Match": etag} if etag else {})
            except httpx.TransportError:
                self._wait(2.0**attempt)
                continue
            if page.status_code in (httpx.codes.OK, httpx.codes.NOT_MODIFIED):
                return page
            pause = _pause(page, attempt)
            if pause is None:
                raise CommandError(_problem(page, self._repository))
            self._tell(f"waiting {pause:.0f} seconds, as GitHub asks")
            self._wait(pause)
        raise CommandError(f"GitHub did not answer {TRIES} times; run it again, it goes on where it stopped")


def _reduced(item: dict[str, Any]) -> dict[str, Any]:
    """What the importer needs: of the text only whom it mentions."""
    user = item.get("user") or None
    names = _MENTION.findall(_NOT_SAID.sub("", item.get("body") or ""))
    kept = {key: item[key] for key in KEPT if item.get(key) is not None}
    return kept | {"user": user and {key: user.get(key) for key in ("id", "login", "type")}, "body": " ".join(names)}


def _pause(page: httpx.Response, attempt: int) -> float | None:
    """Seconds to wait before asking again; None when that would not help."""
    if page.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return 2.0**attempt
    if page.status_code not in (httpx.codes.FORBIDDEN, httpx.codes.TOO_MANY_REQUESTS):
        return None
    after, left = page.headers.get("retry-after", ""), page.headers.get("x-ratelimit-remaining", "")
    if after.isdigit():
        return min(float(after), LONGEST_WAIT)
    reset = page.headers.get("x-ratelimit-reset", "")
    if left == "0" and reset.isdigit():
        return min(max(float(reset) - time.time(), 1.0), LONGEST_WAIT)
    return 60.0 if page.status_code == httpx.codes.TOO_MANY_REQUESTS else None


def _problem(page: httpx.Response, repository: str) -> str:
    if page.status_code == httpx.codes.NOT_FOUND:
        return f"GitHub knows no {repository}, or the token in GITHUB_TOKEN may not read it"
    if page.status_code == httpx.codes.UNAUTHORIZED:
        return "GitHub does not take the token in GITHUB_TOKEN"
    return f"GitHub answered {page.status_code}; run it again later, it goes on where it stopped"
