"""Answering look-ups of single enterprises together.

While one query is under way, those who ask meanwhile wait for the next. So the more come, the less each costs; and one
who comes alone waits for nobody.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from svc_credit_registry.record.lookups import queries

MOST = 64
"""Codes asked for in one query."""


SETTINGS = {
    "statement_timeout": "5000",
    "timezone": "UTC",
    # A plan for a few codes looks cheaper than the one for any number, so it would be made anew for every query, which
    # costs more than the query. The one plan must not be made while a table is so small that reading all seems best.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
}


@dataclass
class Reader:
    """Looks enterprises up, over a connection of its own."""

    dsn: str
    _waiting: dict[str, list[asyncio.Future[Any]]] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None
    _connection: Any = None
    _statement: Any = None

    async def find(self, code: str) -> Any:
        """The row of an enterprise (lookups.queries), None when there is none. Raises what the database raises."""
        return await self.ask(code)

    def ask(self, code: str) -> asyncio.Future[Any]:
        """What `find` finds, once it is found; a future for the caller alone."""
        found: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(code, []).append(found)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return found

    async def _work(self) -> None:
        while self._waiting:
            codes = list(self._waiting)[:MOST]
            batch = {code: self._waiting.pop(code) for code in codes}
            try:
                rows = {row["code"]: row for row in await self._fetch(codes)}
            except Exception as exc:
                self.close()
                for found in _waiters(batch.values()):
                    found.set_exception(exc)
            else:
                for code, waiting in batch.items():
                    for found in _waiters([waiting]):
                        found.set_result(rows.get(code))

    async def _fetch(self, codes: list[str]) -> queries.Rows:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self.dsn, timeout=5, command_timeout=5, server_settings=SETTINGS)
            self._statement = await self._connection.prepare(queries.FIND)
        rows: queries.Rows = await self._statement.fetch(codes)
        return rows

    def close(self) -> None:
        """Ends the connection; the next look-up opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


def _waiters(waiting: Iterable[list[asyncio.Future[Any]]]) -> list[asyncio.Future[Any]]:
    """Those who still wait; one whose call was cancelled does not."""
    return [found for each in waiting for found in each if not found.done()]
