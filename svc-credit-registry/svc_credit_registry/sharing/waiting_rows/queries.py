"""Reading rows that wait, so that nobody else settles them meanwhile."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.record.records.service import LOCK
from svc_credit_registry.sharing.submissions.models import SubmissionReceipt
from svc_credit_registry.sharing.submissions.queries import waiting

R = SubmissionReceipt
_NAME = func.concat_ws("\x1f", R.producer, R.kind, R.key)


async def to_look_at(session: AsyncSession, before: datetime, limit: int) -> Sequence[SubmissionReceipt]:
    """Waiting rows last looked at before `before`, locked together with their keys; what is in other hands is left out.

    Who pushes locks the key first and the waiting row then. To wait for a key here, with rows locked, would be a
    deadlock with him; so a key that is taken is not waited for.
    """
    due = waiting().where(R.looked_at < before).order_by(R.looked_at).limit(limit).with_only_columns(R.id)
    ids = (await session.scalars(due)).all()
    free = func.pg_try_advisory_xact_lock(func.hashtextextended(_NAME, LOCK))
    query = waiting().where(R.id.in_(ids), free).order_by(R.looked_at).with_for_update(skip_locked=True)
    return (await session.scalars(query)).all()


async def looked(session: AsyncSession, receipt_id: uuid.UUID, at: datetime) -> None:
    """Says that a row was looked at; nothing of it changes for those who read it."""
    query = update(R).where(R.id == receipt_id).values(looked_at=at)
    await session.execute(query.execution_options(synchronize_session=False))


async def locked(session: AsyncSession, receipt_id: uuid.UUID) -> SubmissionReceipt | None:
    """A receipt as it is now, locked; call it once its key is."""
    query = select(R).where(R.id == receipt_id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).one_or_none()
