"""Reading the whole register as of one moment, and the snapshots that are kept."""

import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.record.lookups.queries import ALL
from svc_credit_registry.record.publicity.models import ComplaintRecord
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.sharing.snapshots.models import Snapshot

LOCK = 7_305
AT_ONCE = 1_000
_ITEMS = f"""
    SELECT {", ".join(RecordItem.__table__.c.keys())} FROM record_items
    WHERE superseded_at IS NULL AND (publish_until IS NULL OR publish_until >= $1) ORDER BY id
"""  # noqa: S608 - the names of columns are the model's
_COMPLAINTS = f"""
    SELECT {", ".join(ComplaintRecord.__table__.c.keys())} FROM complaint_records
    WHERE withheld_at IS NULL ORDER BY complaint_id
"""  # noqa: S608 - the names of columns are the model's


@contextlib.asynccontextmanager
async def one_moment(dsn: str) -> AsyncIterator[asyncpg.Connection | None]:
    """A connection that sees the database as it is now for as long as it lasts; None while another process has one."""
    settings = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "timezone": "UTC"}
    connection = await asyncpg.connect(dsn, timeout=5, server_settings=settings)
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            yield None
            return
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection
    finally:
        await connection.close(timeout=5)


async def last_position(connection: asyncpg.Connection) -> int:
    """The position given last, as of the moment of the connection."""
    return int(await connection.fetchval("SELECT last FROM feed_state"))


async def enterprises(connection: asyncpg.Connection) -> AsyncIterator[Sequence[Any]]:
    """All enterprises by code, in portions; rows as `lookups.rules.record` takes them."""
    async for rows in _portions(connection, ALL):
        yield rows


async def items(connection: asyncpg.Connection, today: date) -> AsyncIterator[Sequence[RecordItem]]:
    """All items that stand on the record and may be shown on the day, in the order of their entry, in portions.

    They are no entities of the ORM: to make those would take as long as all else that is done with an item.
    """
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    async for rows in _portions(connection, _ITEMS, today):
        yield [cast(RecordItem, SimpleNamespace(**row)) for row in rows]


async def complaints(connection: asyncpg.Connection) -> AsyncIterator[Sequence[ComplaintRecord]]:
    """All complaints on the record, in portions."""
    async for rows in _portions(connection, _COMPLAINTS):
        yield [cast(ComplaintRecord, SimpleNamespace(**row)) for row in rows]


async def _portions(connection: asyncpg.Connection, query: str, *values: Any) -> AsyncIterator[Sequence[Any]]:
    cursor = await connection.cursor(query, *values)
    while rows := await cursor.fetch(AT_ONCE):
        yield rows


async def newest(session: AsyncSession, limit: int = 1) -> Sequence[Snapshot]:
    """The newest snapshots."""
    return (await session.scalars(select(Snapshot).order_by(Snapshot.id.desc()).limit(limit))).all()


async def by_id(session: AsyncSession, snapshot_id: uuid.UUID) -> Snapshot | None:
    """One snapshot."""
    return await session.get(Snapshot, snapshot_id)


async def drop(session: AsyncSession, snapshot_ids: Sequence[uuid.UUID]) -> None:
    """Forgets snapshots."""
    await session.execute(delete(Snapshot).where(Snapshot.id.in_(snapshot_ids)))
