"""Reading files of records."""

import uuid
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.sharing.batches.models import SubmissionBatch
from svc_credit_registry.sharing.submissions.models import SubmissionReceipt

B = SubmissionBatch
NAME_LOCK = 7_302
OPEN = B.state.in_(("received", "running"))


async def lock_name(session: AsyncSession, producer: str, kind: str, name: str) -> None:
    """Makes two that send a file under one name at once go one after the other."""
    lock = func.hashtextextended("\x1f".join((producer, kind, name)), NAME_LOCK)
    await session.execute(select(func.pg_advisory_xact_lock(lock)))


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


async def outcomes(session: AsyncSession, batch_id: uuid.UUID) -> dict[str, int]:
    """How many rows of a file came to each outcome."""
    r = SubmissionReceipt
    rows = await session.execute(select(r.outcome, func.count()).where(r.batch_id == batch_id).group_by(r.outcome))
    return {str(outcome): int(count) for outcome, count in rows}
