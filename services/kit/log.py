"""Log lines: one JSON object a line; of errors their kind and place alone."""

import json
import logging
import sys
import traceback
from typing import Any

from services.kit.errors import describe


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        if isinstance(record.args, tuple):
            record.args = tuple(describe(a) if isinstance(a, BaseException) else a for a in record.args)
        if record.name == "asyncio":  # its words hold tasks, arguments and errors as Python shows them
            record.msg, record.args = "an error that nobody waited for", None
        super().format(record)
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname.lower(), "logger": record.name, "message": record.message,
        } | ({"exception": record.exc_text} if record.exc_text else {})  # fmt: skip
        return json.dumps(line, ensure_ascii=False)

    def formatException(self, ei: Any) -> str:
        """Where it happened. Whoever logs an error: its words may quote a person's data, so they are left out."""
        error, lines = ei[1], []
        while error:
            lines += [describe(error), *(place.rstrip() for place in traceback.format_tb(error.__traceback__))]
            error = error.__cause__ or error.__context__
        return "\n".join(lines)


def configure() -> None:
    """Sends all log lines to standard error. Kafka clients log each reconnect as an error; they are kept at warning."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("aiokafka", "asyncio", "httpx", "uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)
