"""Reading files of records."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.sharing.batches.models import SubmissionBatch
from svc_credit_registry.sharing.submissions.models import SubmissionReceipt

B = SubmissionBatch
PRODUCER_LOCK, CONTENT_LOCK = 7_302, 7_306
OPEN = B.state.in_(("received", "running"))


async def lock_producer(session: AsyncSession, producer: str) -> None:
    """Makes files of one producer that come at once go one after the other: same names are seen, room is counted."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(producer, PRODUCER_LOCK))))


async def lock_content(session: AsyncSession, sha256: str) -> None:
    """Keeps stored bytes from being removed while a batch that holds them is entered, and the other way round."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(sha256, CONTENT_LOCK))))


async def named(session: AsyncSession, producer: str, kind: str, name: str) -> SubmissionBatch | None:
    """The file which the agency sent under this name."""
    return (await session.scalars(select(B).filter_by(producer=producer, kind=kind, name=name))).one_or_none()


async def next_open(session: AsyncSession) -> SubmissionBatch | None:
    """The file whose turn it is: the one on which nobody worked for longest, so that a large one holds up nobody."""
    query = select(B).where(OPEN).order_by(B.worked_at.asc().nulls_first(), B.id).limit(1)
    return (await session.scalars(query.with_for_update(skip_locked=True))).first()


def of_producer(producer: str | None) -> Select[Any]:
    """The files of a producer, of all when it is None."""
    return select(B) if producer is None else select(B).where(B.producer == producer)


async def outcomes(session: AsyncSession, batches: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, dict[str, int]]:
    """How many rows of each file came to each outcome."""
    r = SubmissionReceipt
    query = select(r.batch_id, r.outcome, func.count()).where(r.batch_id.in_(batches)).group_by(r.batch_id, r.outcome)
    found: dict[uuid.UUID, dict[str, int]] = {batch_id: {} for batch_id in batches}
    rows: Iterable[Any] = await session.execute(query)
    for batch_id, outcome, count in rows:
        found[batch_id][str(outcome)] = int(count)
    return found


async def waiting_bytes(session: AsyncSession, producer: str) -> int:
    """What the files of a producer take that are not worked through yet."""
    query = select(func.coalesce(func.sum(B.size), 0)).where(B.producer == producer, B.removed_at.is_(None), OPEN)
    return int(await session.scalar(query) or 0)


async def give_up(session: AsyncSession, before: datetime, quota: int, at: datetime) -> int:
    """Gives up the stored bytes of files that came before `before`, and of each producer's oldest beyond `quota` bytes.

    None that waits to be worked through is given up. How many it were.
    """
    behind = func.sum(B.size).over(partition_by=B.producer, order_by=(B.received_at.desc(), B.id.desc()))
    kept = select(B.id, B.received_at, B.state, behind.label("taken")).where(B.removed_at.is_(None)).subquery()
    over = select(kept.c.id).where(
        kept.c.state.in_(("done", "failed")), or_(kept.c.received_at < before, kept.c.taken > quota)
    )
    gone = update(B).where(B.id.in_(over), B.removed_at.is_(None), ~OPEN).values(removed_at=at).returning(B.id)
    return len((await session.scalars(gone.execution_options(synchronize_session=False))).all())


async def held(session: AsyncSession, contents: Sequence[str]) -> set[str]:
    """Which of these contents some file still holds."""
    return set(await session.scalars(select(B.sha256).where(B.sha256.in_(contents), B.removed_at.is_(None))))
