"""Writing down many issues at once.

A token goes out only when the row which tells of it is durable: while one write is under way, what is issued meanwhile
waits for the next, which tells of all of it (group commit).
"""

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from svc_sso.exchange.rules import ISSUED
from svc_sso.repeats.rules import HOLDS_SECONDS

# Of a client which is disabled, or was changed since the pattern of its tokens was made, nothing is written: the token
# endpoint looks at it as it is now. So it does for a while after a client's former secret has run out by itself.
WRITE = """
    WITH issued AS (
        SELECT given.client, given.as_of, given.tokens
        FROM unnest($3::text[], $4::timestamptz[], $5::text[]) AS given (client, as_of, tokens)
        JOIN clients ON clients.id = given.client AND clients.updated_at = given.as_of
        WHERE clients.disabled_at IS NULL
            AND (clients.previous_secret_until > now() OR clients.previous_secret_until < now() - $6::interval
                OR clients.previous_secret_until IS NULL)
    ), written AS (
        INSERT INTO audit_log (actor, actor_kind, client, action, object_type, object_id, before, after, trace_id)
        SELECT client, 'system', client, $1, 'client', client, '{}', tokens::jsonb, $2 FROM issued
    )
    SELECT client, as_of FROM issued
"""
SECRET_IS_OLD = timedelta(seconds=2 * HOLDS_SECONDS)


@dataclass(frozen=True)
class Issued:
    """One token which was issued, as the audit tells of it; `as_of` is when its client was last changed before."""

    client_id: str
    as_of: datetime
    audience: str
    jti: str
    at: int
    request_id: str


@dataclass
class Ledger:
    """Writes down what was issued, over a connection of its own, one statement at a time for all who wait."""

    dsn: str
    _waiting: list[tuple[Issued, asyncio.Future[bool]]] = field(default_factory=list)
    _task: asyncio.Task[None] | None = None
    _connection: Any = None

    async def note(self, issued: Issued) -> bool:
        """Returns when `issued` is durable; False when it may not be issued. Raises what the database raises."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((issued, written))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_all())
        return await written

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                standing = await self._write([issued for issued, _ in batch])
            except Exception as exc:
                for _, written in batch:
                    if not written.done():
                        written.set_exception(exc)
                await self.close()
            else:
                for issued, written in batch:
                    if not written.done():
                        written.set_result((issued.client_id, issued.as_of) in standing)

    async def _write(self, batch: list[Issued]) -> set[tuple[str, datetime]]:
        by_client: dict[tuple[str, datetime], list[dict[str, object]]] = {}
        for each in batch:
            told = {"jti": each.jti, "audience": each.audience, "at": each.at, "request_id": each.request_id}
            by_client.setdefault((each.client_id, each.as_of), []).append(told)
        clients, times = [client for client, _ in by_client], [as_of for _, as_of in by_client]
        rows = [json.dumps({"tokens": tokens}) for tokens in by_client.values()]
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self.dsn, timeout=5, command_timeout=10)
        given = ISSUED, secrets.token_hex(16), clients, times, rows, SECRET_IS_OLD
        return {(row["client"], row["as_of"]) for row in await self._connection.fetch(WRITE, *given)}

    async def close(self) -> None:
        """Ends the connection; the next note opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


def now() -> tuple[int, str]:
    """The second at hand and a fresh token's id."""
    return int(time.time()), secrets.token_urlsafe(16)
