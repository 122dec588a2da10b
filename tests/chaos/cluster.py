"""Three Apache Kafka nodes (KRaft, each broker and controller), every one behind a proxy."""

import time
from pathlib import Path

from embedded import kafka_probe
from embedded.apache_kafka import ApacheKafka, KafkaFailed
from embedded.ports import free_port
from tests.chaos.proxy import Proxy

# Any 22 characters of URL-safe base64 that stand for 16 bytes.
DIRECTORY_IDS = ("QUFBQUFBQUFBQUFBQUFBQQ", "QkJCQkJCQkJCQkJCQkJCQg", "Q0NDQ0NDQ0NDQ0NDQ0NDQw")
LIMIT = 300.0  # seconds; a bound on hanging
REPLICATED = """
listeners=PLAINTEXT://127.0.0.1:{port},INTERNAL://127.0.0.1:{internal},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{proxy},INTERNAL://127.0.0.1:{internal},CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT,PLAINTEXT:PLAINTEXT
inter.broker.listener.name=INTERNAL
node.id={node}
controller.quorum.bootstrap.servers={controllers}
offsets.topic.replication.factor={replicas}
transaction.state.log.replication.factor={replicas}
share.coordinator.state.topic.replication.factor={replicas}
min.insync.replicas={insync}
controller.quorum.election.timeout.ms=1000
controller.quorum.fetch.timeout.ms=2000
"""


class Node(ApacheKafka):
    """One node; ``proxy`` is what clients are told to connect to."""

    def __init__(self, cluster: "Cluster", number: int) -> None:
        super().__init__(cluster.folder / f"node{number}", port=cluster.port())
        self.number, self._cluster = number, cluster
        self._controller_port = cluster.port()
        self.internal, self.proxy = cluster.port(), Proxy(cluster.port(), self.port)

    @property
    def controller(self) -> str:
        """host:port of the controller."""
        return f"127.0.0.1:{self._controller_port}"

    @property
    def pid(self) -> int | None:
        """Its process id; None while it does not run."""
        return self._process.pid if self._process is not None and self.alive else None

    def _write_configuration(self) -> None:
        super()._write_configuration()
        file = Path(self._configuration())
        nodes = self._cluster.nodes
        values = {
            "port": self.port, "internal": self.internal, "controller": self._controller_port,
            "proxy": self.proxy.port, "node": self.number, "controllers": ",".join(n.controller for n in nodes),
            "replicas": len(nodes), "insync": min(2, len(nodes)),
        }  # fmt: skip
        own = REPLICATED.format(**values)
        names = {line.partition("=")[0] for line in own.splitlines() if line}
        kept = [line for line in file.read_text().splitlines() if line.partition("=")[0] not in names]
        file.write_text("\n".join(kept) + own)

    def _format_arguments(self) -> list[str]:
        voters = [f"{n.number}@{n.controller}:{DIRECTORY_IDS[n.number - 1]}" for n in self._cluster.nodes]
        return ["--initial-controllers", ",".join(voters)]


class Cluster:
    """``size`` nodes that replicate every topic."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self._taken: set[int] = set()
        self.nodes: list[Node] = []
        for number in range(1, size + 1):
            self.nodes.append(Node(self, number))
        self.proxies = [node.proxy for node in self.nodes]

    def port(self) -> int:
        """A port of its own."""
        port = free_port(frozenset(self._taken))
        self._taken.add(port)
        return port

    def start(self) -> None:
        """Starts the nodes that do not run and waits until all answer, with all their partitions in sync."""
        for node in self.nodes:
            if not node.alive:
                node.stop()
                node.launch()
        for node in self.nodes:
            node.wait(LIMIT)
        until = time.monotonic() + LIMIT
        while any(kafka_probe.brokers("127.0.0.1", n.port) < len(self.nodes) for n in self.nodes):
            if time.monotonic() > until:
                raise KafkaFailed("the nodes do not find each other")
            time.sleep(0.2)

    def stop(self) -> None:
        """Stops all nodes."""
        for node in self.nodes:
            node.stop()
