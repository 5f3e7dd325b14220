"""Reads of what waits for publication."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_complaints.cases.models import Complaint
from svc_complaints.cases.rules import State


async def to_publish(session: AsyncSession, today: date, limit: int) -> Sequence[Complaint]:
    """Concluded complaints whose window has passed, locked; those which somebody works on wait for the next round."""
    statement = (
        select(Complaint)
        .where(Complaint.state == State.CONCLUDED, Complaint.publish_after < today)
        .order_by(Complaint.publish_after, Complaint.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()
