"""Rows of a sweep, each apart: one that fails is told, put aside for a while, and holds up none of the others."""

import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import DomainError
from shared.problems import is_outage
from shared.telemetry import REGISTRY

log = logging.getLogger(__name__)

PAUSE = timedelta(hours=1)
"""How long a row that failed waits for its next try."""
FAILED = Counter("sweep_rows_failed_total", "Rows which a sweep could not do", ["sweep"], registry=REGISTRY)

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Apart(Generic[K]):
    """What one sweep does to its rows, in a savepoint for each, and which of them are set aside.

    They are kept in the process alone: after a restart, or in another process, they are tried again at once.
    """

    def __init__(self, sweep: str) -> None:
        self.sweep = sweep
        self._aside: dict[K, datetime] = {}

    def aside(self, now: datetime) -> list[K]:
        """The rows to leave out until their pause is over; a query that skips them finds those behind."""
        self._aside = {key: until for key, until in self._aside.items() if until > now}
        return list(self._aside)

    async def each(
        self, session: AsyncSession, rows: Sequence[tuple[K, T]], act: Callable[[T], Awaitable[object]], now: datetime
    ) -> int:
        """Does `act` to each row; to how many it could. An outage of the database ends the whole sweep, as it must."""
        done = 0
        for key, row in rows:
            try:
                async with session.begin_nested():
                    await act(row)
                done += 1
            except Exception as exc:
                if is_outage(exc):
                    raise
                self._tell(key, exc)
                self._aside[key] = now + PAUSE
        return done

    def _tell(self, key: K, exc: Exception) -> None:
        FAILED.labels(self.sweep).inc()
        refused = exc.code if isinstance(exc, DomainError) else None
        extra = {"sweep": self.sweep, "row": str(key), "refused": refused}
        log.warning("a row of a sweep could not be done", exc_info=None if refused else exc, extra=extra)
