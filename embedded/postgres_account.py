"""Which account PostgreSQL runs under (it refuses root), and whether that account can reach a folder."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

from embedded.problem import Problem

# A dedicated account first. `nobody` exists everywhere; initdb only wants its user to have a passwd entry.
_ACCOUNTS = ("hallway", "postgres", "nobody")


def server_owner() -> tuple[int, int] | None:
    """The (uid, gid) to run PostgreSQL under, or None where this process may run it as itself."""
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise Problem(
        "PostgreSQL refuses to run as root and none of the accounts "
        f"{', '.join(_ACCOUNTS)} exists; create one: useradd --system hallway"
    )


def can_enter(folder: Path, owner: tuple[int, int] | None) -> bool:
    """Whether `owner` may go through `folder` and everything above it, judged by owner, group and mode."""
    if owner is None:
        return True
    uid, gid = owner
    for step in (folder, *folder.parents):
        facts = step.stat()
        if facts.st_uid == uid:
            needed = stat.S_IXUSR
        elif facts.st_gid == gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not facts.st_mode & needed:
            return False
    return True
