"""Giving positions to changes, and reading them in order."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Uuid, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.record.feed.models import Change, FeedState, PendingChange

RECORDED = "credit_registry_recorded"
"""NOTIFY when a change was recorded: there is something to give positions to."""
SEQUENCED = "credit_registry_sequenced"
"""NOTIFY when positions were given: there is something to read."""

_RECORD = text(
    """
    WITH entered AS (INSERT INTO pending_changes (code, part, item_id) VALUES (:code, :part, :item_id) RETURNING id)
    SELECT pg_notify(:channel, '') FROM entered
    """
).bindparams(bindparam("item_id", type_=Uuid()))
_LOCK = text("SELECT last FROM feed_state WHERE id = 1 FOR UPDATE")
# A statement of its own behind the lock: so it sees all that was committed before the lock was had.
_SEQUENCE = text(
    """
    WITH moved AS (
        DELETE FROM pending_changes WHERE id IN (SELECT id FROM pending_changes ORDER BY id LIMIT :limit)
        RETURNING id, code, part, item_id
    ), numbered AS (
        SELECT :last + row_number() OVER (ORDER BY id) AS position, code, part, item_id FROM moved
    ), entered AS (
        INSERT INTO changes (position, code, part, item_id) SELECT position, code, part, item_id FROM numbered
        RETURNING position
    )
    UPDATE feed_state SET last = :last + (SELECT count(*) FROM entered)
    WHERE id = 1 AND EXISTS (SELECT FROM entered)
    RETURNING last - :last AS given, pg_notify(:channel, last::text)
    """
)
_TAKE = text("UPDATE feed_state SET last = last + :count WHERE id = 1 RETURNING last, pg_notify(:channel, last::text)")
_FORGET = text(
    """
    WITH gone AS (
        DELETE FROM changes WHERE position IN (
            SELECT position FROM changes WHERE position <= :position AND at < :before ORDER BY position LIMIT 5000
        ) RETURNING position
    ), noted AS (
        UPDATE feed_state SET forgotten = (SELECT max(position) FROM gone) WHERE EXISTS (SELECT FROM gone)
    )
    SELECT count(*) FROM gone
    """
)


@dataclass(frozen=True)
class State:
    """How far the feed is: last position, the last one no longer kept, and what waits for a position."""

    last: int
    forgotten: int
    pending: int
    oldest_pending_at: datetime | None


async def record(session: AsyncSession, code: str, part: str, item_id: uuid.UUID | None) -> None:
    """Enters a change without a position, and wakes who gives positions once the transaction at hand has committed."""
    await session.execute(_RECORD, {"code": code, "part": part, "item_id": item_id, "channel": RECORDED})


async def after(session: AsyncSession, position: int, limit: int) -> Sequence[Change]:
    """Up to `limit` changes behind `position`, in order. No position is left out, and none can appear among them."""
    query = select(Change).where(Change.position > position).order_by(Change.position).limit(limit)
    return (await session.scalars(query)).all()


async def last_position(session: AsyncSession) -> int:
    """The position given last; 0 before the first."""
    return await session.scalar(select(FeedState.last)) or 0


async def bounds(session: AsyncSession) -> tuple[int, int]:
    """The position given last, and the last of those no longer kept; cheap however much waits for a position."""
    last, forgotten = (await session.execute(select(FeedState.last, FeedState.forgotten))).one()
    return int(last), int(forgotten)


async def state(session: AsyncSession) -> State:
    """How far the feed is, of one moment."""
    pending = select(func.count()).select_from(PendingChange).scalar_subquery()
    oldest = select(func.min(PendingChange.recorded_at)).scalar_subquery()
    row = (await session.execute(select(FeedState.last, FeedState.forgotten, pending, oldest))).one()
    return State(*row)


async def sequence(session: AsyncSession, limit: int) -> int:
    """Gives positions to up to `limit` changes that have none; how many it were.

    Whoever else gives positions waits until the transaction at hand ends.
    """
    last = await session.scalar(_LOCK)
    row = (await session.execute(_SEQUENCE, {"last": last, "limit": limit, "channel": SEQUENCED})).first()
    return int(row[0]) if row else 0


async def take(session: AsyncSession, count: int) -> int:
    """Takes `count` positions for changes which the caller enters into `changes` himself; the last one before them.

    Call it late: until the transaction at hand ends, nobody else is given a position.
    """
    row = (await session.execute(_TAKE, {"count": count, "channel": SEQUENCED})).one()
    return int(row[0]) - count


async def forget(session: AsyncSession, position: int, before: datetime) -> int:
    """Removes changes up to `position` that were told before a moment, a few thousand at once; how many."""
    found = await session.execute(_FORGET, {"position": position, "before": before})
    return int(found.scalar_one())
