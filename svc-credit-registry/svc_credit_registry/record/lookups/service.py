"""Answering look-ups of single enterprises together.

While one query is under way, those who ask meanwhile wait for the next. So the more come, the less each costs; and one
who comes alone waits for nobody.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from svc_credit_registry.record.lookups import queries

MOST = 64
"""Codes asked for in one query."""


@dataclass
class Reader:
    """Looks enterprises up, over a connection of its own."""

    dsn: str
    _waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None
    _connection: Any = None

    async def find(self, code: str) -> Any:
        """The row of an enterprise (lookups.queries), None when there is none. Raises what the database raises."""
        found = self._waiting.get(code)
        if found is None:
            found = self._waiting[code] = asyncio.get_running_loop().create_future()
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._work())
        return await asyncio.shield(found)

    async def _work(self) -> None:
        while self._waiting:
            codes = list(self._waiting)[:MOST]
            batch = {code: self._waiting.pop(code) for code in codes}
            try:
                rows = {row["code"]: row for row in await self._fetch(codes)}
            except Exception as exc:
                for found in batch.values():
                    found.set_exception(exc)
                    found.exception()  # who asked may be gone; nobody needs to hear of it then
                self.close()
            else:
                for code, found in batch.items():
                    found.set_result(rows.get(code))

    async def _fetch(self, codes: list[str]) -> queries.Rows:
        if self._connection is None or self._connection.is_closed():
            settings = {"statement_timeout": "5000", "timezone": "UTC"}
            self._connection = await asyncpg.connect(self.dsn, timeout=5, command_timeout=5, server_settings=settings)
        return await queries.find(self._connection, codes)

    def close(self) -> None:
        """Ends the connection; the next look-up opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
