"""Files on their way into Hallway: found, put in order, and sent piece by piece as multipart/form-data."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from secrets import token_hex

from cli.errors import CommandError

CHUNK = 256 * 1024
_DAY = re.compile(r"(?<!\d)(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)")
_NUMBER = re.compile(r"(\d+)")


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The given files, and those below given folders, oldest first: by the day in their name, else by name."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += [file for file in path.rglob("*") if file.is_file() and not _hidden(file.relative_to(path))]
        elif path.is_file():
            found.append(path)
        else:
            raise CommandError(f"{path} is not there; give log or mbox files, or folders of them")
    if not found:
        raise CommandError(f"there is no file in {', '.join(map(str, paths))}")
    return sorted(set(found), key=_age)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _age(file: Path) -> tuple[str, list[tuple[int, str]], str]:
    day = _DAY.search(file.name)
    words = [(int(part), "") if part.isdigit() else (0, part) for part in _NUMBER.split(file.name)]
    return "".join(day.groups()) if day else "", words, str(file)


def size(files: Sequence[Path]) -> int:
    """Bytes of all files together."""
    return sum(file.stat().st_size for file in files)


class Upload:
    """A multipart body; `sent` is called with the number of bytes of each piece."""

    def __init__(self, sent: Callable[[int], None] = lambda _: None) -> None:
        self._boundary = token_hex(16)
        self._sent = sent

    @property
    def content_type(self) -> str:
        """The header that goes with the body."""
        return f"multipart/form-data; boundary={self._boundary}"

    def parts(self, files: Sequence[Path]) -> Iterator[bytes]:
        """The body; one file is open at a time. Only the files' names are sent, not where they are."""
        for file in files:
            name = re.sub(r'["\\\r\n]', "_", file.name)
            head = f'Content-Disposition: form-data; name="files"; filename="{name}"'
            yield f"--{self._boundary}\r\n{head}\r\n\r\n".encode(errors="replace")
            yield from self._chunks(file)
            yield b"\r\n"
        yield f"--{self._boundary}--\r\n".encode()

    def _chunks(self, file: Path) -> Iterator[bytes]:
        try:
            with file.open("rb") as content:
                while chunk := content.read(CHUNK):
                    yield chunk
                    self._sent(len(chunk))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}; nothing was imported") from None
