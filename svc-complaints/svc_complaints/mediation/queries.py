"""Reads of the mediation."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_complaints.cases.models import Complaint
from svc_complaints.cases.rules import State
from svc_complaints.mediation.models import Appraisal, MediationRecord


async def running_appraisal(session: AsyncSession, complaint_id: uuid.UUID) -> Appraisal | None:
    """The appraisal under way, None without one."""
    statement = select(Appraisal).where(Appraisal.complaint_id == complaint_id, Appraisal.ended_on.is_(None))
    found: Appraisal | None = await session.scalar(statement)
    return found


async def appraisals(session: AsyncSession, complaint_id: uuid.UUID) -> Sequence[Appraisal]:
    """All appraisals of a complaint, oldest first."""
    statement = select(Appraisal).where(Appraisal.complaint_id == complaint_id).order_by(Appraisal.id)
    return (await session.scalars(statement)).all()


async def records(session: AsyncSession, complaint_id: uuid.UUID) -> Sequence[MediationRecord]:
    """All minutes of a complaint, oldest first."""
    statement = select(MediationRecord).where(MediationRecord.complaint_id == complaint_id)
    return (await session.scalars(statement.order_by(MediationRecord.id))).all()


async def ended_by_law(session: AsyncSession, today: date, limit: int) -> Sequence[Complaint]:
    """Mediations whose last day has passed, locked; those which somebody is working on are left for the next round."""
    statement = (
        select(Complaint)
        .where(Complaint.state == State.ACCEPTED, Complaint.mediate_by < today)
        .order_by(Complaint.mediate_by, Complaint.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()
