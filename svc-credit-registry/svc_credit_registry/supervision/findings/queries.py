"""Reading inspections: an inspector's own, a region's, the published ones, and their figures."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.supervision.findings.rules import FindingState, Result
from svc_credit_registry.supervision.inspections.models import InspectionAssignment, InspectionPlan, InspectionTask
from svc_credit_registry.supervision.inspectors.models import Inspector

T, A = InspectionTask, InspectionAssignment


async def find(session: AsyncSession, task_id: uuid.UUID, *, lock: bool = False) -> InspectionTask | None:
    """A task, locked until the transaction ends if asked."""
    return await cases.by_id(session, InspectionTask, task_id, lock=lock)


async def plan_of(session: AsyncSession, task: InspectionTask) -> InspectionPlan:
    """The plan of a task."""
    return await session.get_one(InspectionPlan, task.plan_id)


async def assignment(session: AsyncSession, task_id: uuid.UUID, inspector_id: str) -> InspectionAssignment | None:
    """The present assignment of an inspector to a task."""
    statement = select(A).where(A.task_id == task_id, A.inspector_id == inspector_id, A.ended_on.is_(None))
    return (await session.scalars(statement)).one_or_none()


async def assignments(session: AsyncSession, task_ids: Sequence[uuid.UUID]) -> list[tuple[InspectionAssignment, str]]:
    """All assignments of tasks, with the names of the inspectors."""
    statement = select(A, Inspector.name).join(Inspector, Inspector.id == A.inspector_id)
    statement = statement.where(A.task_id.in_(task_ids)).order_by(A.task_id, A.assigned_on, A.place, A.id)
    return [(row, name) for row, name in await session.execute(statement)]


async def plans(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, InspectionPlan]:
    """Plans by their ids."""
    return {plan.id: plan for plan in await session.scalars(select(InspectionPlan).where(InspectionPlan.id.in_(ids)))}


def of_inspector(inspector_id: str, state: FindingState | None) -> Select[InspectionTask]:
    """The tasks an inspector is on."""
    mine = select(A.task_id).where(A.inspector_id == inspector_id, A.ended_on.is_(None))
    return _narrowed(select(T).where(T.id.in_(mine)), state, None)


def of_region(region: str, state: FindingState | None, late_on: date | None) -> Select[InspectionTask]:
    """The tasks of plans of a region and below; those late on a day, if asked."""
    statement = select(T).join(InspectionPlan, InspectionPlan.id == T.plan_id)
    statement = statement.where(cases.within(InspectionPlan.region, region))
    return _narrowed(statement, state, late_on)


def _narrowed(statement: Select[Any], state: FindingState | None, late_on: date | None) -> Select[Any]:
    if state is not None:
        statement = statement.where(T.state == state)
    if late_on is not None:
        statement = statement.where(
            or_(_is(FindingState.ASSIGNED, T.due_on < late_on), _is(FindingState.REPORTED, T.publish_by < late_on))
        )
    return statement


def _is(state: FindingState, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return (T.state == state) & condition


async def to_publish(
    session: AsyncSession, today: date, limit: int, aside: Sequence[uuid.UUID] = ()
) -> Sequence[InspectionTask]:
    """Results whose review is over, but for those set aside, locked; those in use wait for the next round."""
    statement = (
        select(T)
        .where(T.state == FindingState.REPORTED, T.publish_after <= today, T.id.not_in(aside))
        .order_by(T.publish_after, T.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()


async def provisional(session: AsyncSession) -> Sequence[InspectionTask]:
    """Waiting results, up to 1,000, locked: those whose term ends last, for those rest on holidays to come."""
    statement = select(T).where(T.state == FindingState.REPORTED).order_by(T.publish_by.desc(), T.id).limit(1000)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()


def published(region: str | None, code: str | None, plan_id: uuid.UUID | None) -> Select[Any]:
    """Published results with plan and enterprise."""
    columns: tuple[Any, ...] = (T, InspectionPlan.number, Enterprise.name)
    statement: Select[Any] = (
        select(*columns)
        .join(InspectionPlan, InspectionPlan.id == T.plan_id)
        .join(Enterprise, Enterprise.code == T.code)
        .where(T.published_on.is_not(None))
    )
    if region is not None:
        statement = statement.where(cases.within(T.region, region))
    if code is not None:
        statement = statement.where(T.code == code)
    if plan_id is not None:
        statement = statement.where(T.plan_id == plan_id)
    return statement


async def figures(session: AsyncSession, region: str, year: int) -> list[tuple[str, str | None, int, int, int, int]]:
    """How many enterprises were drawn, inspected, published, and with how many something was found: by region, and by
    region and class at the draw. Who is drawn twice counts once in each; no class stands for all of them.
    """
    clean = (Result.NOTHING_FOUND, Result.NOT_CONCERNED)
    enterprises = func.count(T.code.distinct())
    statement = (
        select(
            T.region,
            T.stratum,
            enterprises,
            enterprises.filter(T.inspected_on.is_not(None)),
            enterprises.filter(T.published_on.is_not(None)),
            enterprises.filter(T.published_on.is_not(None), T.result.not_in(clean)),
        )
        .where(cases.within(T.region, region), func.extract("year", T.drawn_on) == year)
        .group_by(func.grouping_sets(tuple_(T.region), tuple_(T.region, T.stratum)))
    )
    return [tuple(row) for row in await session.execute(statement)]  # type: ignore[misc]
