"""TLS with certificates on both sides: who has none, or one of another CA, is refused by gRPC and by Apache Kafka."""

import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError
from hallway.attendee.v1 import service_pb2 as api
from hallway.attendee.v1 import service_pb2_grpc

from embedded.apache_kafka import ApacheKafka, what_is_missing
from scripts import certs
from services.kit import errors, outbox, tls
from services.kit.rpc import Server
from services.kit.settings import ServiceSettings, load
from services.make_topics import make_topics
from services.portal.api.channel import Channel
from tests.component import tiny
from tests.component.conftest import Tiny, running
from tests.conftest import MakeDatabase, eventually

ENCRYPTED = """
listeners=SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,SSL:SSL
inter.broker.listener.name=SSL
ssl.client.auth=required
ssl.keystore.type=PEM
ssl.keystore.location={folder}/keystore.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.crt
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates of two CAs: ours, and another's with the same names."""
    made = tmp_path_factory.mktemp("certificates")
    certs.make(made, "attendee", "portal", "kafka")
    certs.make(made / "other", "portal")
    return made


def only_trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=folder / "portal" / tls.CA)


# gRPC


@pytest.fixture
async def attendee(folder: Path) -> AsyncIterator[str]:
    """Where a server that asks for certificates listens; it knows no method."""
    server = Server("127.0.0.1:0", [], folder / "attendee")
    async with running(server):
        yield f"127.0.0.1:{server.port}"


async def ask(channel: Channel) -> Any:
    stub = service_pb2_grpc.AttendeeServiceStub(channel.grpc)
    try:
        return await channel.call(stub.GetAttendee, api.GetAttendeeRequest(), timeout=10, tries=1)
    finally:
        await channel.close()


def without_a_certificate(target: str, folder: Path) -> Channel:
    channel = Channel(target)
    channel.grpc = grpc.aio.secure_channel(
        target, grpc.ssl_channel_credentials((folder / "portal/ca.crt").read_bytes())
    )
    return channel


def of_another_ca(target: str, folder: Path) -> Channel:
    """Trusts the server, and shows a certificate that the server does not trust."""
    channel = Channel(target)
    ca = (folder / "portal" / tls.CA).read_bytes()
    _, cert, key = tls.read(folder / "other" / "portal")
    channel.grpc = grpc.aio.secure_channel(target, grpc.ssl_channel_credentials(ca, key, cert))
    return channel


async def test_a_client_of_the_same_ca_is_served(attendee: str, folder: Path) -> None:
    with pytest.raises(errors.Unavailable, match="UNIMPLEMENTED"):  # it was heard: the server knows no method
        await ask(Channel(attendee, folder / "portal"))


async def test_a_client_without_tls_without_a_certificate_or_with_one_of_another_ca_is_refused(
    attendee: str, folder: Path
) -> None:
    for refused in (Channel(attendee), without_a_certificate(attendee, folder), of_another_ca(attendee, folder)):
        with pytest.raises(errors.Unavailable, match="does not answer: UNAVAILABLE"):
            await ask(refused)


async def test_a_server_of_another_ca_or_name_is_not_trusted(attendee: str, folder: Path) -> None:
    with pytest.raises(errors.Unavailable, match="does not answer: UNAVAILABLE"):
        await ask(Channel(attendee, folder / "other" / "portal"))
    with pytest.raises(errors.Unavailable, match="does not answer: UNAVAILABLE"):  # the certificate names 127.0.0.1
        await ask(Channel(attendee.replace("127.0.0.1", "127.0.0.2"), folder / "portal"))


# Kafka


class EncryptedKafka(ApacheKafka):
    """A node that asks its clients for certificates."""

    def __init__(self, work_dir: Path, certificates: Path) -> None:
        super().__init__(work_dir)
        self._certificates = certificates

    def _write_configuration(self) -> None:
        super()._write_configuration()
        file = Path(self._configuration())
        ca, cert, key = tls.read(self._certificates)
        (self._folder / "keystore.pem").write_bytes(key + cert)
        (self._folder / tls.CA).write_bytes(ca)
        own = ENCRYPTED.format(port=self.port, controller=self._controller_port, folder=self._folder)
        names = {line.partition("=")[0] for line in own.splitlines() if line}
        kept = [line for line in file.read_text().splitlines() if line.partition("=")[0] not in names]
        file.write_text("\n".join(kept) + own)


@pytest.fixture(scope="module")
def kafka_tls(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[str]:
    if missing := what_is_missing():
        pytest.skip(missing)
    broker = EncryptedKafka(tmp_path_factory.mktemp("kafka"), folder / "kafka")
    broker.launch()  # its probe speaks no TLS
    try:
        yield broker.bootstrap
    finally:
        broker.stop()


async def reaches(bootstrap: str, **options: Any) -> bool:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, **options)
    try:
        await producer.start()
    except KafkaConnectionError:
        return False
    finally:
        await producer.stop()
    return True


async def test_events_flow_over_tls_and_nobody_else_gets_in(
    kafka_tls: str, folder: Path, database: MakeDatabase
) -> None:
    ours = folder / "portal"
    await eventually(lambda: reaches(kafka_tls, **tls.kafka(ours)), 90)
    await make_topics(kafka_tls, 1, ours)
    made = await database("kit")
    await made.pool.execute(tiny.EFFECTS)
    service = Tiny(made, {"kafka_bootstrap": kafka_tls, "kafka_tls": ours, "kafka_session_timeout_ms": 6_000})
    async with running(service.relay(), service.consumer()):
        async with service.pool.acquire() as tx, tx.transaction():
            await outbox.append(tx, [tiny.conference("c1", sequence=7)])

        async def arrived() -> bool:
            return await service.effects() == [("c1", 7)]

        await eventually(arrived, 60)
    assert not await reaches(kafka_tls, security_protocol="SSL", ssl_context=only_trusting(folder))
    impostor = only_trusting(folder)
    impostor.load_cert_chain(folder / "other/portal" / tls.CERT, folder / "other/portal" / tls.KEY)
    assert not await reaches(kafka_tls, security_protocol="SSL", ssl_context=impostor)
    assert not await reaches(kafka_tls, **tls.kafka(folder / "other" / "portal"))
    assert not await reaches(kafka_tls)


# Settings


def test_a_folder_that_lacks_a_file_or_holds_another_key_is_named_with_all_else_that_is_wrong(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    certs.make(tmp_path, "mixed")
    (tmp_path / "mixed" / tls.KEY).write_bytes((folder / "portal" / tls.KEY).read_bytes())
    monkeypatch.delenv("HALLWAY_DATABASE_URL", raising=False)
    monkeypatch.setenv("HALLWAY_KAFKA_BOOTSTRAP", "localhost:9092")
    monkeypatch.setenv("HALLWAY_KAFKA_TLS", str(tmp_path / "nowhere"))
    monkeypatch.setenv("HALLWAY_GRPC_TLS", str(tmp_path / "mixed"))
    with pytest.raises(SystemExit):
        load(ServiceSettings)
    told = capsys.readouterr().err
    assert "HALLWAY_DATABASE_URL: Field required" in told
    assert "HALLWAY_KAFKA_TLS: Value error" in told
    assert f"{tmp_path}/nowhere needs ca.crt, tls.crt and its tls.key in PEM" in told
    assert "HALLWAY_GRPC_TLS: Value error" in told
    assert "PRIVATE KEY" not in told
