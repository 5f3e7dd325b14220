"""One try of one delivery: a POST to the receiver, bounded in time and in what is read of the answer."""

import asyncio
import functools
import logging
import ssl
import time
from dataclasses import dataclass
from datetime import datetime

import certifi
import httpcore

from gateway.settings import GatewaySettings
from gateway.webhooks import addresses
from gateway.webhooks.addresses import AddressRefused, CheckedBackend, NameNotFound, Resolve
from gateway.webhooks.rules import ANSWER_KEPT, Targets
from gateway.webhooks.signing import SigningKeys, signatures

log = logging.getLogger(__name__)

AGENT = b"Yiwang-Webhooks/1.0"
CONNECT_SECONDS = 5.0


@dataclass(frozen=True)
class Message:
    """What is sent, and where to."""

    id: str
    url: str
    body: bytes
    keys: list[SigningKeys]


@dataclass(frozen=True)
class Answer:
    """What came of a try: a status, or the kind of failure that left none."""

    milliseconds: int
    status: int | None = None
    error: str | None = None
    text: str = ""
    retry_after: str | None = None


@functools.cache
def _trusting(authorities: str) -> ssl.SSLContext:
    """Read once in a process: it takes as long as a hundred calls."""
    return ssl.create_default_context(cafile=authorities)


class Sender:
    """Sends; keeps no connection between two tries, so that each is checked anew. Follows no redirection, no proxy."""

    def __init__(self, settings: GatewaySettings, targets: Targets, look_up: Resolve = addresses.resolve) -> None:
        self.seconds = settings.webhook_timeout_seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_trusting(settings.webhook_ca_file or certifi.where()),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=CheckedBackend(targets, look_up),
        )

    async def close(self) -> None:
        await self._pool.aclose()

    async def send(self, message: Message, now: datetime) -> Answer:
        """The answer of the receiver, or why there is none; never raises for anything the receiver does."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.seconds):
                status, text, retry_after = await self._post(message, now)
        except (TimeoutError, httpcore.TimeoutException):
            return Answer(_since(started), error="timeout")
        except (AddressRefused, NameNotFound, httpcore.NetworkError, httpcore.ProtocolError, OSError) as exc:
            return Answer(_since(started), error=_kind_of(exc))
        except Exception:  # whatever else: a try that is noted as failed ends some day, one that is not never does
            log.exception("a delivery could not be sent", extra={"webhook_id": message.id})
            return Answer(_since(started), error="not_sent")
        return Answer(_since(started), status=status, text=text, retry_after=retry_after)

    async def _post(self, message: Message, now: datetime) -> tuple[int, str, str | None]:
        timestamp = int(now.timestamp())
        headers = [
            (b"Host", _host_of(message.url)),
            (b"Content-Type", b"application/json"),
            (b"Content-Length", str(len(message.body)).encode()),
            (b"User-Agent", AGENT),
            (b"Accept", b"*/*"),
            (b"Connection", b"close"),
            (b"webhook-id", message.id.encode()),
            (b"webhook-timestamp", str(timestamp).encode()),
            (b"webhook-signature", signatures(message.keys, message.id, timestamp, message.body).encode()),
        ]
        limits = {"connect": CONNECT_SECONDS, "read": self.seconds, "write": self.seconds, "pool": self.seconds}
        extensions = {"timeout": limits}
        async with self._pool.stream(
            "POST", message.url, headers=headers, content=message.body, extensions=extensions
        ) as response:
            kept = b""
            async for part in response.aiter_stream():
                kept += part[:ANSWER_KEPT]
                if len(kept) >= ANSWER_KEPT:
                    break
        retry_after = {name.lower(): value for name, value in response.headers}.get(b"retry-after")
        return response.status, _readable(kept), retry_after.decode("latin-1") if retry_after else None


def _host_of(url: str) -> bytes:
    parsed = httpcore.URL(url)
    usual = {b"https": 443, b"http": 80}[parsed.scheme]
    host = b"[" + parsed.host + b"]" if b":" in parsed.host else parsed.host
    return host if parsed.port in (None, usual) else host + b":" + str(parsed.port).encode()


def _kind_of(exc: Exception) -> str:
    if isinstance(exc, AddressRefused):
        return "address_refused"
    if isinstance(exc, NameNotFound):
        return "name_not_found"
    if isinstance(exc, ssl.SSLError) or "certificate" in str(exc).lower() or "ssl" in str(exc).lower():
        return "tls_failed"
    return "connection_failed" if isinstance(exc, httpcore.ConnectError | OSError) else "answer_unreadable"


def _readable(kept: bytes) -> str:
    text = kept[:ANSWER_KEPT].decode("utf-8", "replace")
    return "".join(char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text)


def _since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)
