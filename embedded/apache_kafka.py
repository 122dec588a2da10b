"""Runs a real Apache Kafka 4 (KRaft, one node) on this machine, for tests; needs Java 17 and its jars.

The jars are fetched once: mvn -q -B -f infra/kafka/pom.xml package
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Self

from embedded import kafka_probe, lifeline
from embedded.ports import free_port
from embedded.problem import Problem

CONFIGURATION = Path(__file__).parents[1] / "infra" / "kafka"
_HOST = "127.0.0.1"
_START_LIMIT = 90.0  # seconds; it takes 3 to 6 where nothing else runs
_STOP_LIMIT = 20.0
_FORMAT_LIMIT = 60.0
_MEMORY = (
    "-Xms128m",
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:MaxDirectMemorySize=128m",
    "-XX:TieredStopAtLevel=1",
)


class KafkaFailed(Problem):
    """Apache Kafka could not be formatted or started; the message ends with what it wrote last."""


def what_is_missing() -> str | None:
    """One line saying what has to be there to run Apache Kafka and how to get it; None when all of it is."""
    if shutil.which("java") is None:
        return "Apache Kafka needs Java 17 or newer: apt-get install openjdk-17-jre-headless"
    if not any((CONFIGURATION / "libs").glob("kafka_*.jar")):
        return "Apache Kafka's jars are missing: mvn -q -B -f infra/kafka/pom.xml package"
    return None


class ApacheKafka:
    """One Kafka node that keeps its data in `work_dir`; a context manager that starts and stops it."""

    def __init__(self, work_dir: Path, *, port: int | None = None) -> None:
        self.port = port or free_port()
        self._controller_port = free_port(frozenset({self.port}))
        self._folder = work_dir.absolute()
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

    @property
    def log(self) -> Path:
        """The broker's log file."""
        return self._folder / "kafka.log"

    def start(self) -> None:
        """Start the node on the data of earlier starts, return when it answers; KafkaFailed if it does not."""
        self.launch()
        try:
            self.wait(_START_LIMIT)
        except BaseException:
            self.stop()
            raise

    def launch(self) -> None:
        """Start the node and return at once: one of several answers only when most of them run."""
        if (missing := what_is_missing()) is not None:
            raise KafkaFailed(missing)
        self._write_configuration()
        if not (self._folder / "data" / "meta.properties").exists():
            self._format()
        with self.log.open("ab") as output:
            self._process = lifeline.spawn(
                self._java(*_MEMORY, main="kafka.Kafka", arguments=[self._configuration()]),
                env=self._environment(),
                output=output,
                cwd=self._folder,
            )

    def wait(self, within: float) -> None:
        """Return when the node answers; KafkaFailed if it does not within so many seconds."""
        if not kafka_probe.wait(_HOST, self.port, alive=lambda: self.alive, within=within):
            raise KafkaFailed(f"Apache Kafka does not answer on port {self.port}:\n{self._last_words()}")

    def stop(self) -> None:
        """Stop the node in order; its data stays."""
        if self._process is not None:
            lifeline.stop(self._process, within=_STOP_LIMIT)
            self._process = None

    def kill(self) -> None:
        """End the node as a crash would; its data stays."""
        if self._process is not None:
            self._process.kill()
            self.stop()

    def _write_configuration(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        text = (CONFIGURATION / "server.properties").read_text()
        for mark, value in (
            ("@PORT@", self.port),
            ("@CONTROLLER_PORT@", self._controller_port),
            ("@DATA@", self._folder / "data"),
        ):
            text = text.replace(mark, str(value))
        Path(self._configuration()).write_text(text)

    def _format(self) -> None:
        with self.log.open("ab") as output:
            child = lifeline.spawn(
                self._java(
                    "-Xmx128m",
                    "-XX:TieredStopAtLevel=1",
                    main="kafka.tools.StorageTool",
                    # Any 22 characters of URL-safe base64 that stand for 16 bytes are a cluster id.
                    arguments=[
                        "format",
                        "-t",
                        "SGFsbHdheS1sb2NhbC0wMQ",
                        "-c",
                        self._configuration(),
                        *self._format_arguments(),
                    ],
                ),
                env=self._environment(),
                output=output,
                cwd=self._folder,
            )
            if lifeline.finish(child, within=_FORMAT_LIMIT):
                raise KafkaFailed(f"Apache Kafka could not format {self._folder / 'data'}:\n{self._last_words()}")

    def _format_arguments(self) -> list[str]:
        return ["--standalone"]

    def _configuration(self) -> str:
        return str(self._folder / "server.properties")

    def _java(self, *options: str, main: str, arguments: list[str]) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={CONFIGURATION / 'log4j2.properties'}"
        classpath = str(CONFIGURATION / "libs" / "*")
        return [shutil.which("java") or "java", *options, logging, "-cp", classpath, main, *arguments]

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace")[-4000:].splitlines()[-12:])
