"""An agency's receiver of events on a real port, which verifies with the library of Standard Webhooks."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook

from tests.gateway.support import Received, read_request


@dataclass
class Receiver:
    """Answers with `status`, after `pause`; keeps what it received."""

    port: int = 0
    status: str = "204 No Content"
    extra: str = ""
    body: bytes = b""
    pause: float = 0
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    @property
    def ids(self) -> list[str]:
        return [request.get("webhook-id") or "" for request in self.received]

    def verified(self, secret: str, index: int = -1) -> dict[str, Any]:
        """The event of a request, if its signature is right."""
        request = self.received[index]
        return dict(Webhook(secret).verify(request.body, dict(request.headers)))

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.received.append(await read_request(reader))
        await asyncio.sleep(self.pause)
        head = f"HTTP/1.1 {self.status}\r\nContent-Length: {len(self.body)}\r\n{self.extra}\r\n"
        writer.write(head.encode() + self.body)
        await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None, **ways: Any) -> AsyncIterator[Receiver]:
    """A receiver on a port of this machine."""
    place = Receiver(**ways)
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await place.talk(reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    place.port = server.sockets[0].getsockname()[1]
    try:
        yield place
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def make_certificates(folder: Path, host: str) -> Path:
    """A certificate for `host` with its key, and the file of the authority that signed it."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of the tests")])
    now = datetime.now(UTC)

    def signed(name: x509.Name, of: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType) -> bytes:
        made = (
            x509.CertificateBuilder()
            .subject_name(name).issuer_name(issuer).public_key(of.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
            .add_extension(extension, critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(of.public_key()), critical=False)
            .sign(authority, hashes.SHA256())
        )  # fmt: skip
        return made.public_bytes(Encoding.PEM)

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    (folder / "authority.pem").write_bytes(signed(issuer, authority, x509.BasicConstraints(ca=True, path_length=0)))
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    (folder / "certificate.pem").write_bytes(signed(subject, key, names))
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(plain)
    return folder / "authority.pem"
