"""Makes certificates for trying TLS: python -m scripts.certs FOLDER NAME...; their CA's key is thrown away."""

import sys
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from services.kit.tls import CA, CERT, KEY


def make(folder: Path, *names: str) -> None:
    """For each name a folder of that name, as HALLWAY_GRPC_TLS takes it; good for that host name and this machine."""
    authority = trustme.CA()
    for name in names:
        made = authority.issue_cert(name, "localhost", "127.0.0.1")
        own = folder / name
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority.cert_pem.write_to_path(own / CA)
        (own / CERT).write_bytes(b"".join(part.bytes() for part in made.cert_chain_pems))
        (own / KEY).unlink(missing_ok=True)
        (own / KEY).touch(mode=0o600)
        key = load_pem_private_key(made.private_key_pem.bytes(), None)
        (own / KEY).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))  # Kafka's form


if __name__ == "__main__":
    make(Path(sys.argv[1]), *sys.argv[2:])
    print(f"{len(sys.argv) - 2} certificates in {sys.argv[1]}, for tests only")
