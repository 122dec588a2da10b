"""The time, as a value that tests can choose."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

Clock = Callable[[], datetime]
system_clock: Clock = partial(datetime.now, UTC)  # aware, in UTC
