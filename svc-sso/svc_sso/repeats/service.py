"""Signing without detours, and writing down many issues at once.

A token goes out only when the row which tells of it is durable: while one write is under way, what is issued meanwhile
waits for the next, which tells of all of it (group commit).
"""

import asyncio
import base64
import json
import logging
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

from svc_sso.exchange.rules import ISSUED
from svc_sso.keys.rules import ES256
from svc_sso.keys.service import KeyCache
from svc_sso.tokens.rules import ACCESS_TYPE

log = logging.getLogger(__name__)

SIGNATURE = ECDSA(SHA256())
WRITE = """
    INSERT INTO audit_log (actor, actor_kind, client, action, object_type, object_id, before, after, trace_id)
    SELECT client, 'system', client, $1, 'client', client, '{}', tokens::jsonb, $2
    FROM unnest($3::text[], $4::text[]) AS issued (client, tokens)
"""


def encoded(raw: bytes) -> bytes:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


@dataclass
class Signer:
    """Signs with the current key of the cache; what depends on the key alone is made once."""

    keys: KeyCache
    _key: ECKey | None = None
    _private: EllipticCurvePrivateKey | None = None
    _head: bytes = b""

    def sign(self, claims: bytes) -> bytes:
        """An access token with `claims`, which are JSON."""
        key = self.keys.signing[ES256]
        if key is not self._key:
            assert isinstance(key, ECKey)
            header = {"alg": ES256, "typ": ACCESS_TYPE, "kid": str(key.kid)}
            self._head = encoded(json.dumps(header, separators=(",", ":")).encode()) + b"."
            self._key, self._private = key, key.private_key
        assert self._private is not None
        text = self._head + encoded(claims)
        r, s = decode_dss_signature(self._private.sign(text, SIGNATURE))
        return text + b"." + encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


@dataclass(frozen=True)
class Issued:
    """One token which was issued, as the audit tells of it."""

    client_id: str
    audience: str
    jti: str
    at: int
    request_id: str


@dataclass
class Ledger:
    """Writes down what was issued, over a connection of its own, one statement at a time for all who wait."""

    dsn: str
    _waiting: list[tuple[Issued, asyncio.Future[None]]] = field(default_factory=list)
    _task: asyncio.Task[None] | None = None
    _connection: Any = None

    async def note(self, issued: Issued) -> None:
        """Returns when `issued` is durable. Raises what the database raises."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((issued, written))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_all())
        await written

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await self._write([issued for issued, _ in batch])
            except Exception as exc:
                for _, written in batch:
                    if not written.done():
                        written.set_exception(exc)
                await self.close()
            else:
                for _, written in batch:
                    if not written.done():
                        written.set_result(None)

    async def _write(self, batch: list[Issued]) -> None:
        by_client: dict[str, list[dict[str, object]]] = {}
        for each in batch:
            told = {"jti": each.jti, "audience": each.audience, "at": each.at, "request_id": each.request_id}
            by_client.setdefault(each.client_id, []).append(told)
        rows = [json.dumps({"tokens": tokens}) for tokens in by_client.values()]
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self.dsn, timeout=5, command_timeout=10)
        await self._connection.execute(WRITE, ISSUED, secrets.token_hex(16), list(by_client), rows)
        log.info("tokens issued", extra={"count": len(batch), "clients": sorted(by_client)})

    async def close(self) -> None:
        """Ends the connection; the next note opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


def now() -> tuple[int, str]:
    """The second at hand and a fresh token's id."""
    return int(time.time()), secrets.token_urlsafe(16)
