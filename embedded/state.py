"""The state folder of an embedded Hallway: its lock, its secrets, the ports it chose; everything to be forgotten."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from embedded.locks import FolderInUse, FolderLock
from embedded.ports import free_port, is_free
from embedded.problem import Problem

_MARKER = "hallway-state"
_SECRETS = {"database_password": 24, "secret_key": 48, "bootstrap_token": 32}  # name: random bytes
_PORTAL_DEFAULT = 8080


class State:
    """One state folder; `with state.opened():` has it for itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Make the folder if there is none and hold its lock; Problem when it is not ours or in use."""
        self._check_ours()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)  # root's PostgreSQL account has to pass through
        (self.folder / _MARKER).touch()
        with self._locked():
            yield

    def remove(self, before: Callable[[], None] = lambda: None) -> bool:
        """Call `before` and delete the folder; False when there is none. Problem when it is not ours or in use."""
        self._check_ours()
        if not (self.folder / _MARKER).exists():
            return False
        with self._locked():
            before()
            shutil.rmtree(self.folder)
        return True

    def secrets(self) -> dict[str, str]:
        """The generated secrets by name, kept in secrets.json for this account alone."""
        kept = self._read("secrets.json")
        known = {name: str(kept.get(name) or secrets.token_urlsafe(size)) for name, size in _SECRETS.items()}
        if known != kept:
            self._write("secrets.json", known)
        return known

    def ports(self, names: list[str], say: Callable[[str], None]) -> dict[str, int]:
        """A port of 127.0.0.1 for each name: the remembered one, or a new one where that is taken."""
        kept = self._read("ports.json")
        portal = kept.get("portal")
        chosen: dict[str, int] = {}
        for name in names:
            port = kept.get(name)
            if not isinstance(port, int) or port == portal or not is_free(port):
                chosen[name] = free_port(
                    frozenset([*chosen.values(), *(p for p in kept.values() if isinstance(p, int))])
                )
                if port is not None:
                    say(f"port {port} of {name} is taken; using {chosen[name]} from now on")
            else:
                chosen[name] = port
        self._write("ports.json", {**kept, **chosen})
        return chosen

    def portal_port(self, wanted: int | None, host: str) -> int:
        """The portal's port: the wanted, the remembered or 8080; Problem when it is taken."""
        kept = self._read("ports.json")
        remembered = kept.get("portal")
        port = wanted or (remembered if isinstance(remembered, int) else _PORTAL_DEFAULT)
        if not is_free(port, host):
            other = next((p for p in range(port + 1, min(port + 200, 65_536)) if is_free(p, host)), 8180)
            raise Problem(
                f"port {port} of {host} is taken by another program; "
                f"choose another with --port {other} or HALLWAY_PORT={other}"
            )
        self._write("ports.json", {**kept, "portal": port})
        return port

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        lock = FolderLock(self.folder / "lock")
        try:
            lock.acquire()
        except FolderInUse as error:
            raise Problem(
                f"Hallway already runs in {self.folder} as process {error.pid or 'unknown'}; "
                "stop that one, or choose another folder with --state or HALLWAY_STATE"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _check_ours(self) -> None:
        if self.folder.is_symlink() or (self.folder.exists() and not self.folder.is_dir()):
            raise Problem(f"{self.folder} is not a folder; choose another with --state or HALLWAY_STATE")
        if self.folder.exists() and not (self.folder / _MARKER).exists() and any(self.folder.iterdir()):
            raise Problem(
                f"{self.folder} holds files that are not Hallway's (it has no file {_MARKER}); "
                "choose another with --state or HALLWAY_STATE"
            )

    def _read(self, name: str) -> dict[str, object]:
        try:
            content = json.loads((self.folder / name).read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _write(self, name: str, content: dict[str, object] | dict[str, str]) -> None:
        scratch = self.folder / f"{name}.new"
        scratch.unlink(missing_ok=True)
        fd = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(fd, "w") as file:
            json.dump(content, file, indent=1)
        scratch.rename(self.folder / name)
