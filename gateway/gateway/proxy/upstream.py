"""One service as the data plane sees it: its connections, whether it may be called, what requests to it begin with.

Repetitions are bounded by a budget: a service in trouble is not helped by twice the calls.
"""

import asyncio

from gateway.proxy.breaker import Breaker
from gateway.proxy.connection import Busy, Connection, CouldNotConnect, Refused, UpstreamError
from gateway.proxy.pool import Pool
from gateway.routes import Address
from gateway.settings import GatewaySettings

BUDGET_SECONDS, BUDGET_SHARE, BUDGET_LEAST = 10.0, 0.1, 10
PROBE_SECONDS = 1.0


class Upstream:
    """Made within the running loop; `close` when the gateway stops."""

    def __init__(self, name: str, address: Address, settings: GatewaySettings) -> None:
        self.name, self.address = name, address
        self.loop = asyncio.get_running_loop()
        self.pool = Pool(
            address,
            limit=settings.upstream_connections,
            idle=settings.upstream_idle_seconds,
            connect=settings.connect_seconds,
        )
        self.breaker = Breaker(name, self._probe, hold_seconds=settings.hold_seconds)
        scheme, _, host = settings.origin.partition("://")
        # What follows the target in each request: for the provider's own pages, and for everything under /api.
        self.provider_head = (
            f" HTTP/1.1\r\nhost: {address.host}:{address.port}\r\nx-forwarded-proto: {scheme}\r\n"
            f"x-forwarded-host: {host}\r\n"
        ).encode()
        self.head = self.provider_head + f"x-forwarded-prefix: /api/{name}\r\n".encode()
        self.deadline = f"x-deadline-ms: {settings.answer_seconds * 1000:.0f}\r\n\r\n".encode()
        self._window, self._answered, self._repeated = self.loop.time(), 0, 0

    @property
    def closed(self) -> bool:
        """Whether calls pass as usual (the circuit is closed)."""
        return self.breaker.closed

    async def connection(self, *, fresh: bool = False) -> Connection:
        """A connection to send on, waited for while the service restarts. Raises UpstreamError; nothing was sent."""
        while True:
            await self.breaker.admitted()
            try:
                return await self.pool.acquire(fresh=fresh)
            except Refused:
                if not self.breaker.hold():
                    self.breaker.failed()
                    raise
            except Busy:  # says nothing about the service's health: other calls are under way there
                raise
            except CouldNotConnect:
                self.breaker.failed()
                raise

    def worked(self) -> None:
        """An answer came, whatever it says."""
        self._answered += 1
        self.breaker.worked()

    def may_repeat(self) -> bool:
        """Takes one repetition from the budget: a tenth of the answers of the last seconds, and a few."""
        now = self.loop.time()
        if now - self._window > BUDGET_SECONDS:
            self._window, self._answered, self._repeated = now, 0, 0
        if self._repeated >= BUDGET_LEAST + self._answered * BUDGET_SHARE:
            return False
        self._repeated += 1
        return True

    def close(self) -> None:
        self.breaker.close()
        self.pool.close()

    async def _probe(self) -> bool:
        """Whether the service answers a question about itself."""
        connection: Connection | None = None
        try:
            connection = await self.pool.acquire(fresh=True)
            connection.begin(head_only=False, deadline=self.loop.time() + PROBE_SECONDS)
            connection.write(b"GET /livez" + self.provider_head + b"connection: close\r\n\r\n")
            await connection.head()
        except UpstreamError:
            return False
        finally:
            if connection is not None:
                connection.abort()
                self.pool.release(connection)
        return True
