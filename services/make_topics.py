"""Makes the declared topics, before services start: arguments: brokers, replication, TLS folder."""

import asyncio
import sys
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.kit import tls
from services.kit.topics import declared


async def make_topics(bootstrap: str, replication: int = 1, tls_folder: Path | None = None) -> list[str]:
    """Creates the declared topics that are missing; returns their names."""
    safe = {"min.insync.replicas": "2"} if replication >= 3 else {}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **tls.kafka(tls_folder))
    await admin.start()
    try:
        there, new = await admin.list_topics(), []
        for topic in (topic for name, topic in declared().items() if name not in there):
            configs = {"retention.ms": str(topic.retention_hours * 3_600_000)} | safe
            new.append(NewTopic(topic.name, topic.partitions, replication, topic_configs=configs))
        for name, code, *rest in (await admin.create_topics(new)).topic_errors if new else ():
            if code not in (0, 36):  # 36: somebody else made it at the same time
                raise RuntimeError(f"topic {name} could not be made: error {code} {' '.join(map(str, rest))}")
        return [topic.name for topic in new]
    finally:
        await admin.close()


if __name__ == "__main__":
    made = asyncio.run(make_topics(sys.argv[1], int(sys.argv[2]) if sys.argv[2:] else 1, *map(Path, sys.argv[3:])))
    print(f"{len(made)} topic(s) made, {len(declared()) - len(made)} were there")
