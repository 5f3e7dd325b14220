"""The clients of agencies as this process knows them: keys, quotas, standing.

Read from svc-sso at the start, every 30 s, and at once when an event says that a client changed. While svc-sso is away
what was known counts for a quarter of an hour; then nobody is known any more, and signed calls are refused.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from shared.errors import DomainError, Unavailable
from shared.events.envelope import Envelope
from shared.events.sso import ClientChangedV1
from shared.outbound import UpstreamProblem
from shared.runtime import Runtime

log = logging.getLogger(__name__)

READ_EVERY_SECONDS = 30.0
AGAIN_SECONDS = 2.0
KEPT_SECONDS = 900.0
PATH = "/v1/internal/clients"


@dataclass(frozen=True, slots=True)
class Client:
    """One client. Quotas are calls; None is the gateway's usual one."""

    id: str
    kind: str
    disabled: bool
    permissions: frozenset[str]
    jwks: Sequence[Mapping[str, Any]]
    quota_per_minute: int | None
    quota_per_day: int | None

    def key(self, kid: str) -> Mapping[str, Any] | None:
        """Its public key of a kid."""
        return next((key for key in self.jwks if key.get("kid") == kid), None)


class Directory:
    """Every process of the gateway has one; `run` keeps it fresh, `client` looks into it."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._clients: dict[str, Client] = {}
        self._read_at = float("-inf")
        self._tried_at = float("-inf")
        self._reading: asyncio.Future[bool] | None = None
        self._stale = asyncio.Event()
        self.told: list[Callable[[str], None]] = []  # called with the id of each client that changed

    def client(self, client_id: str) -> Client | None:
        """The client of an id, disabled ones too; None for an unknown one and before the first reading."""
        return self._clients.get(client_id)

    async def known(self, client_id: str) -> Client | None:
        """The same for who must not be mistaken: reads first when it may be out of date. Raises Unavailable."""
        now = time.monotonic()
        wanted = now - self._read_at > KEPT_SECONDS or client_id not in self._clients
        if wanted and (self._reading is not None or now - self._tried_at > AGAIN_SECONDS):
            await self._read_together()
        if time.monotonic() - self._read_at > KEPT_SECONDS:
            raise Unavailable(headers={"Retry-After": "2"}, dependency="sso")
        return self._clients.get(client_id)

    async def run(self) -> None:
        """Keeps the directory fresh for as long as the process runs."""
        listening = asyncio.ensure_future(self.runtime.bus.listen(ClientChangedV1.TYPE, self._changed))
        try:
            while True:
                self._stale.clear()
                pause = READ_EVERY_SECONDS if await self._read() else AGAIN_SECONDS
                try:
                    await asyncio.wait_for(self._stale.wait(), pause)
                except TimeoutError:
                    continue
        finally:
            listening.cancel()

    def _changed(self, body: bytes) -> None:
        self._stale.set()
        with contextlib.suppress(ValidationError):
            changed = Envelope.model_validate_json(body).subject
            for tell in self.told:
                tell(changed)

    async def _read_together(self) -> None:
        """Reads once for all who want it meanwhile: strangers can cause it by naming a client that is not known."""
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read())
            self._reading.add_done_callback(self._read_once)
        await asyncio.shield(self._reading)

    def _read_once(self, reading: "asyncio.Future[bool]") -> None:
        self._reading = None

    async def _read(self) -> bool:
        self._tried_at = time.monotonic()
        try:
            answer = await self.runtime.outbound.get("sso", PATH)
            self._clients = {str(item["client_id"]): _client(item) for item in answer["items"]}
            self._read_at = time.monotonic()
        except (DomainError, UpstreamProblem, KeyError, TypeError) as exc:
            log.info("the directory of clients can't be read", extra={"error": str(exc)})
            return False
        return True


def _client(item: Mapping[str, Any]) -> Client:
    return Client(
        id=str(item["client_id"]),
        kind=str(item["kind"]),
        disabled=bool(item["disabled"]),
        permissions=frozenset(item["permissions"]),
        jwks=tuple(item["keys"]),
        quota_per_minute=item["quota_per_minute"],
        quota_per_day=item["quota_per_day"],
    )
