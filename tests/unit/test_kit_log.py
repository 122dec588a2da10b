"""Log lines tell the kind and the place of an error, never its words: those may quote a person's data."""

import asyncio
import gc
import io
import json
import logging
from collections.abc import Iterator

import pytest

from services.kit import log
from services.kit.errors import describe

SECRET = "Zora Secret"


class DataError(Exception):
    """As asyncpg's: it quotes the value and carries a SQLSTATE."""

    sqlstate = "22P02"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    log.configure()
    yield written
    root.handlers[:], root.level = before, level


def test_an_error_logged_by_whomever_keeps_its_words_to_itself(lines: io.StringIO) -> None:
    try:
        try:
            raise DataError(f"invalid input: {SECRET}")
        except DataError as error:
            raise RuntimeError(f"it was {SECRET}") from error
    except RuntimeError as error:
        logging.getLogger("a.library").exception("work failed")
        logging.getLogger("a.library").warning("work waits: %s", error)
    assert SECRET not in lines.getvalue()
    assert "RuntimeError" in lines.getvalue()
    assert "DataError 22P02" in lines.getvalue()
    assert "test_kit_log.py" in lines.getvalue()
    assert "work waits: RuntimeError" in lines.getvalue()


def test_an_error_in_a_task_that_nobody_waits_for_keeps_its_words_to_itself(lines: io.StringIO) -> None:
    async def fail() -> None:
        raise ValueError(SECRET)

    async def main() -> None:
        asyncio.get_running_loop().call_soon(int, SECRET)
        task = asyncio.create_task(fail())
        await asyncio.wait([task])
        del task
        gc.collect()
        await asyncio.sleep(0)

    asyncio.run(main())
    assert lines.getvalue().count("an error that nobody waited for") == 2
    assert "ValueError" in lines.getvalue()
    assert SECRET not in lines.getvalue()


def test_a_json_line_is_one_object(lines: io.StringIO) -> None:
    logging.getLogger("a").info("two\nlines of %s", "it")
    line = json.loads(lines.getvalue())
    assert (line["level"], line["logger"], line["message"]) == ("info", "a", "two\nlines of it")
    assert "exception" not in line


def test_an_error_is_described_by_its_kind_and_code() -> None:
    assert describe(DataError(SECRET)) == "DataError 22P02"
    assert describe(ValueError(SECRET)) == "ValueError"
    assert describe(ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 1)")) == (
        "ConnectionRefusedError Connect call failed ('127.0.0.1', 1)"
    )
