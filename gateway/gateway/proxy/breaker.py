"""Whether a service is called at all: waits while it restarts, refuses at once while it is away, looks when it is back.

Closed: calls pass. Holding: a connection was refused, so nobody listens and nothing was sent; calls wait, at most
`hold_seconds` from the beginning and at most `queue` of them. Open: holding was in vain, or `FAILURES` calls one after
the other got no answer; calls are refused at once. While it is not closed one probe at a time asks the service itself;
a call of a person is never the probe.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from gateway.proxy.connection import UpstreamError

log = logging.getLogger(__name__)

Probe = Callable[[], Awaitable[bool]]
FAILURES = 3
QUEUE = 1000
PROBE_HELD_SECONDS, PROBE_OPEN_SECONDS = 0.05, 1.0


class CircuitOpen(UpstreamError):
    """The service is known to be away; nothing was sent."""


class Breaker:
    """One for each service. `probe` asks the service; True when it answers."""

    def __init__(self, name: str, probe: Probe, *, hold_seconds: float, queue: int = QUEUE) -> None:
        self.name, self.probe, self.hold_seconds, self.queue = name, probe, hold_seconds, queue
        self.loop = asyncio.get_running_loop()
        self.closed = True
        self.waiting = 0
        self._failures = 0
        self._settled: asyncio.Future[bool] | None = None  # while holding: True when the service is back
        self._probing: asyncio.Task[None] | None = None

    async def admitted(self) -> None:
        """Returns when a call may be sent. Raises CircuitOpen."""
        if self.closed:
            return
        if self._settled is None or self.waiting >= self.queue:
            raise CircuitOpen("the service is away")
        self.waiting += 1
        try:
            if not await asyncio.shield(self._settled):
                raise CircuitOpen("the service did not come back in time")
        finally:
            self.waiting -= 1

    def worked(self) -> None:
        """An answer came."""
        self._failures = 0

    def failed(self) -> None:
        """No answer came, or a broken one."""
        self._failures += 1
        if self.closed and self._failures >= FAILURES:
            self._begin(held=False)

    def hold(self) -> bool:
        """Nobody listens there. Whether the call should wait in `admitted`."""
        if self.closed and self.hold_seconds > 0:
            self._begin(held=True)
        return not self.closed

    def close(self) -> None:
        """Ends the probing; called once, when the gateway stops."""
        if self._probing is not None:
            self._probing.cancel()
        self._settle(back=False)

    def _begin(self, *, held: bool) -> None:
        log.warning("calls are held" if held else "calls are refused", extra={"upstream": self.name})
        self.closed = False
        self._settled = self.loop.create_future() if held else None
        self._probing = asyncio.create_task(self._watch(), name="breaker")

    async def _watch(self) -> None:
        """Probes until the service answers."""
        give_up = self.loop.time() + self.hold_seconds
        while not await self.probe():
            if self._settled is not None and self.loop.time() >= give_up:
                log.warning("calls are refused", extra={"upstream": self.name})
                self._settle(back=False)
            await asyncio.sleep(PROBE_OPEN_SECONDS if self._settled is None else PROBE_HELD_SECONDS)
        log.warning("calls pass again", extra={"upstream": self.name})
        self.closed, self._failures = True, 0
        self._settle(back=True)

    def _settle(self, *, back: bool) -> None:
        settled, self._settled = self._settled, None
        if settled is not None and not settled.done():
            settled.set_result(back)
