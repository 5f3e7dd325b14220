"""What came last, and what waits."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.record.feed.models import Change, PendingChange
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.sharing.batches.models import SubmissionBatch
from svc_credit_registry.sharing.batches.queries import OPEN
from svc_credit_registry.sharing.submissions.models import SubmissionReceipt
from svc_credit_registry.sharing.submissions.rules import SubmissionOutcome

R, B, Item = SubmissionReceipt, SubmissionBatch, RecordItem


async def last_change(session: AsyncSession) -> datetime | None:
    """When the newest change got its position."""
    return await session.scalar(select(Change.at).order_by(Change.position.desc()).limit(1))


async def pending(session: AsyncSession) -> tuple[int, datetime | None]:
    """Changes without a position, and since when the oldest waits."""
    count, oldest = (await session.execute(select(func.count(), func.min(PendingChange.recorded_at)))).one()
    return int(count), oldest


async def last_receipt(session: AsyncSession, producer: str, kind: str) -> datetime | None:
    """When the newest row of a producer and kind came that was not refused."""
    query = select(R.received_at).where(R.producer == producer, R.kind == kind, R.outcome != SubmissionOutcome.REFUSED)
    return await session.scalar(query.order_by(R.received_on.desc(), R.id.desc()).limit(1))


async def last_item(session: AsyncSession, producer: str | None, kind: str) -> datetime | None:
    """When the newest item of a kind that stands came on the record, of a producer or of all when it is None."""
    query = select(Item.recorded_at).where(Item.kind == kind, Item.superseded_at.is_(None))
    query = query if producer is None else query.where(Item.producer == producer)
    return await session.scalar(query.order_by(Item.id.desc()).limit(1))


async def waiting(session: AsyncSession, producer: str | None, kind: str) -> tuple[int, datetime | None]:
    """Rows that wait for a match and files not worked through yet, and since when the oldest waits."""
    rows = select(func.count(), func.min(R.received_at)).where(R.kind == kind, R.outcome == SubmissionOutcome.WAITING)
    files = select(func.count(), func.min(B.received_at)).where(B.kind == kind, OPEN)
    if producer is not None:
        rows, files = rows.where(R.producer == producer), files.where(B.producer == producer)
    (row_count, row_at), (file_count, file_at) = (
        (await session.execute(rows)).one(),
        (await session.execute(files)).one(),
    )
    return int(row_count) + int(file_count), min((at for at in (row_at, file_at) if at), default=None)
