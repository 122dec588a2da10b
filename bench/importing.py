"""How fast an importer reads, in how much memory, next to only parsing the same bytes.

`python -m bench.importing --format F --path P` imports a file or folder; `--generate N` makes an archive of N
interactions first (in P, or in a temporary folder that is removed). Prints JSON: what was found, wall and CPU seconds,
peak memory of the importing process, and the CPU seconds that the format's own library takes to parse the same bytes in
another process. `speed` is the second by the first: 0.5 means half the speed of parsing alone. Formats without a peer
have null there.
"""

import argparse
import json
import mailbox
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from email.parser import BytesHeaderParser
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.importing_data import GENERATORS
from services.attendee.importers import IMPORTERS, import_archive

CHUNK = 65_536
MAX_BYTES = 4_000_000_000


def files_of(path: Path) -> list[Path]:
    """The files of an archive, oldest name first."""
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as data:
        while chunk := data.read(CHUNK):
            yield chunk


def _timed(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the work gives, with its seconds and the process's peak memory; run it in a process of its own."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    found |= {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    return found | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def imported(network: str, path: Path) -> dict[str, Any]:
    """What the importer finds."""

    def work() -> dict[str, Any]:
        named = (
            (str(file.relative_to(path)) if path.is_dir() else file.name, _chunks(file)) for file in files_of(path)
        )
        tally = import_archive(network, named, max_bytes=MAX_BYTES)
        people: set[str] = set()
        interactions = 0
        for seen, times in tally.counts():
            interactions += times
            people.update(seen[:2])
        read = {"messages": tally.messages, "interactions": interactions, "people": len(people)}
        return read | {"resolved": tally.resolved, "unresolved": tally.unresolved, "skipped": tally.skipped}

    return _timed(work)


def parsed(network: str, path: Path) -> dict[str, Any]:
    """Only parses the same bytes with the library that everybody would take."""
    return _timed(lambda: {"values": sum(PEERS[network](file) for file in files_of(path))})


def _json_lines(file: Path) -> int:
    if file.suffix == ".json":
        return len(json.loads(file.read_bytes()))
    with file.open("rb") as data:
        return sum(1 for line in data if json.loads(line) is not None)


def _zipped_json(file: Path) -> int:
    with zipfile.ZipFile(file) as held:
        return sum(len(json.loads(held.read(name))) for name in held.namelist())


def _mails(file: Path) -> int:
    box = mailbox.mbox(file, factory=BytesHeaderParser().parse, create=False)  # type: ignore[arg-type]
    return sum(1 for mail in box if mail["From"])


PEERS: dict[str, Callable[[Path], int]] = {
    "github": _json_lines,
    "mbox": _mails,
    "slack": _zipped_json,
    "discourse": _json_lines,
    "mastodon": _json_lines,
    "bluesky": _json_lines,
}


def _apart(work: Callable[[str, Path], dict[str, Any]], network: str, path: Path) -> dict[str, Any]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, network, path).result()


def measure(network: str, path: Path) -> dict[str, Any]:
    """The JSON object."""
    size = sum(file.stat().st_size for file in files_of(path))
    print(f"importing {size / 1e6:.0f} MB", file=sys.stderr)
    found = _apart(imported, network, path)
    report = {"format": network, "mb": size / 1e6} | found
    if network in PEERS:
        print("only parsing them", file=sys.stderr)
        alone = _apart(parsed, network, path)
        report |= {"parse_cpu_seconds": alone["cpu_seconds"], "parse_peak_mb": alone["peak_mb"]}
        report["speed"] = alone["cpu_seconds"] / found["cpu_seconds"]
    else:
        report |= {"parse_cpu_seconds": None, "parse_peak_mb": None, "speed": None}
    return {key: round(value, 2) if isinstance(value, float) else value for key, value in report.items()}


def main() -> int:
    """Exit 0 only if interactions were found."""
    parser = argparse.ArgumentParser(prog="python -m bench.importing", description=__doc__.splitlines()[0])
    parser.add_argument("--format", required=True, choices=sorted(IMPORTERS))
    parser.add_argument("--path", type=Path, help="a file or a folder")
    parser.add_argument("--generate", type=int, metavar="N", help="first make an archive of N interactions")
    args = parser.parse_args()
    if args.generate and args.format not in GENERATORS:
        parser.error(f"--generate makes {', '.join(sorted(GENERATORS))}")
    if not args.generate and not args.path:
        parser.error("say --path, --generate, or both")
    with tempfile.TemporaryDirectory() as scratch:
        path = args.path or Path(scratch)
        if args.generate:
            path.mkdir(parents=True, exist_ok=True)
            print(f"making {args.generate} interactions", file=sys.stderr)
            GENERATORS[args.format](path, args.generate)
        report = measure(args.format, path)
    print(json.dumps(report))
    return 0 if report["interactions"] else 1


if __name__ == "__main__":
    sys.exit(main())
