"""Reading who is, was, or may come on a task."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.supervision.inspections.models import InspectionAssignment, InspectionExclusion
from svc_credit_registry.supervision.inspectors.models import Inspector

A = InspectionAssignment


async def all_on(session: AsyncSession, task_id: uuid.UUID) -> Sequence[InspectionAssignment]:
    """All assignments of a task, also those that have ended."""
    return (await session.scalars(select(A).where(A.task_id == task_id).order_by(A.id))).all()


async def excluded(session: AsyncSession, task_id: uuid.UUID) -> set[str]:
    """The certificates kept away from a task when the draw was made."""
    statement = select(InspectionExclusion.certificate).where(InspectionExclusion.task_id == task_id)
    return set(await session.scalars(statement))


async def active(session: AsyncSession, certificates: Sequence[str]) -> set[str]:
    """Those of the certificates whose inspectors still take part in draws."""
    statement = select(Inspector.certificate).where(
        Inspector.active, Inspector.certificate == func.any(list(certificates))
    )
    return set(await session.scalars(statement))
