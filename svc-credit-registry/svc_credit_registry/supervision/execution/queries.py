"""Reading notices, feedback and what is owed."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.supervision.execution.models import MeasureDepartment, MeasureFeedback
from svc_credit_registry.supervision.measures.models import (
    MeasureAssignment,
    MeasureDirective,
    MeasureNotice,
    MeasurePosition,
)

N, D, A = MeasureNotice, MeasureDirective, MeasureAssignment


async def department_of(session: AsyncSession, client_id: str) -> MeasureDepartment | None:
    """The department for which a client speaks."""
    return await session.get(MeasureDepartment, client_id)


def departments_in(region: str | None) -> Select[MeasureDepartment]:
    """The clients of a region and those below it; none without a region."""
    return select(MeasureDepartment).where(cases.within(MeasureDepartment.region, region))


async def last_notice(session: AsyncSession) -> int:
    """The position given last to a notice."""
    return await session.scalar(select(MeasurePosition.notices)) or 0


async def notices(
    session: AsyncSession, department: MeasureDepartment, after: int, last: int, limit: int
) -> Sequence[Row[MeasureNotice, MeasureDirective, date]]:
    """The notices for a department behind `after`, up to `last`, in order."""
    query = (
        select(N, D, A.due_on)
        .join(D, N.directive_id == D.id)
        .join(A, (A.directive_id == D.id) & (A.department == department.department))
        .where(N.position > after, N.position <= last)
        .where(cases.within(D.region, department.region))
        .order_by(N.position)
        .limit(limit)
    )
    return (await session.execute(query)).all()


async def part_of(
    session: AsyncSession, department: MeasureDepartment, directive_id: uuid.UUID
) -> Row[MeasureDirective, MeasureAssignment] | None:
    """A directive and the department's part in it, the part locked; None when it has none there."""
    query = (
        select(D, A)
        .join(A, A.directive_id == D.id)
        .where(D.id == directive_id, A.department == department.department)
        .where(cases.within(D.region, department.region))
        .with_for_update(of=A)
    )
    return (await session.execute(query)).one_or_none()


async def feedback_by_key(session: AsyncSession, client_id: str, key: str) -> MeasureFeedback | None:
    """What a client said under one of its keys."""
    query = select(MeasureFeedback).where(MeasureFeedback.client_id == client_id, MeasureFeedback.key == key)
    return (await session.scalars(query)).one_or_none()


def feedback_of(directive_id: uuid.UUID) -> Select[MeasureFeedback]:
    """All that departments said of a directive."""
    return select(MeasureFeedback).where(MeasureFeedback.directive_id == directive_id)


def overdue(region: str | None, today: date) -> Select[Any]:
    """The parts of which no word came in time, of a region and those below it."""
    query = select(A, D).join(D, A.directive_id == D.id)
    query = query.where(A.answered_on.is_(None), A.closed_on.is_(None), A.due_on < today)
    return cast("Select[Any]", query.where(cases.within(D.region, region)))
