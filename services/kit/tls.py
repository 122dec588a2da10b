"""TLS with certificates on both sides; a setting names the folder with ca.crt, tls.crt and tls.key (PEM)."""

import ssl
from pathlib import Path
from typing import Annotated, Any

import grpc
from pydantic import AfterValidator

CA, CERT, KEY = "ca.crt", "tls.crt", "tls.key"  # as Kubernetes names them


def kafka(folder: Path | None) -> dict[str, Any]:
    """Options of an aiokafka client; ValueError when the folder does not hold what is needed."""
    if not folder:
        return {}
    try:
        context = ssl.create_default_context(cafile=folder / CA)
        context.load_cert_chain(folder / CERT, folder / KEY, password="")  # else an encrypted key asks the terminal
    except OSError as error:
        raise ValueError(f"{folder} needs {CA}, {CERT} and its {KEY} in PEM: {error.strerror}") from None
    return {"security_protocol": "SSL", "ssl_context": context}


Folder = Annotated[Path, AfterValidator(lambda folder: kafka(folder) and folder)]


def read(folder: Path) -> list[bytes]:
    """CA, certificate and key, for gRPC."""
    return [(folder / name).read_bytes() for name in (CA, CERT, KEY)]


def listen(server: grpc.aio.Server, address: str, folder: Path | None) -> int:
    """Has a gRPC server listen, with ``folder`` to those alone whose certificate is of its CA; returns the port."""
    if not folder:
        return server.add_insecure_port(address)
    ca, cert, key = read(folder)
    return server.add_secure_port(address, grpc.ssl_server_credentials([(key, cert)], ca, require_client_auth=True))
