"""One request that fetches an address for everybody who asks for it meanwhile."""

import asyncio
from dataclasses import dataclass, field

from gateway.cache.rules import Asked


@dataclass(slots=True, eq=False)
class Flight:
    """`path` is that inside the service, `key` what the answer is kept under; `began` is of the monotonic clock."""

    service: str
    path: bytes
    key: bytes
    asked: Asked
    began: float
    over: bool = False
    _landed: asyncio.Event | None = field(default=None, repr=False)  # made when somebody waits, which is seldom

    async def wait(self) -> None:
        """Returns when it is over: kept, known to be nothing to keep, or failed."""
        if self.over:
            return
        if self._landed is None:
            self._landed = asyncio.Event()
        await self._landed.wait()

    def end(self) -> None:
        """Nobody need wait any more."""
        self.over = True
        if self._landed is not None:
            self._landed.set()
