"""Reads of applications."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.auth import Caller
from shared.codes.regions import prefix
from svc_services.cases.models import Application, CaseStep, CorrectionRequest
from svc_services.cases.rules import State


async def by_id(session: AsyncSession, application_id: uuid.UUID, *, lock: bool = False) -> Application | None:
    """An application, locked until the transaction ends when asked so."""
    query = select(Application).where(Application.id == application_id)
    if lock:
        # What another transaction did while this one waited for the lock must be seen.
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def by_number(session: AsyncSession, number: str) -> Application | None:
    """The submitted application with this number; a draft is nobody's business yet."""
    query = select(Application).where(Application.number == number, Application.submitted_on.is_not(None))
    return (await session.scalars(query)).first()


def owned_by(caller: Caller) -> ColumnElement[bool]:
    """Which applications are the caller's: his own, or those of the enterprise for which he acts in their matters."""
    if caller.org is None:
        return and_(Application.applicant_id == caller.subject, Application.org.is_(None))
    own = Application.org == caller.org
    return own if caller.matters is None else and_(own, Application.matter_code.in_(caller.matters))


def of_applicant(caller: Caller, state: str | None, matter_code: str | None) -> Select[Application]:
    """The applications of the caller."""
    query = select(Application).where(owned_by(caller))
    if state is not None:
        query = query.where(Application.state == state)
    return query.where(Application.matter_code == matter_code) if matter_code is not None else query


def within(column: InstrumentedAttribute[str], unit_region: str | None) -> ColumnElement[bool]:
    """Regions of and below that of a unit; the same rule as `regions.covers`, for the database."""
    return column.startswith(prefix(unit_region), autoescape=True) if unit_region else false()


async def correction_of(session: AsyncSession, application_id: uuid.UUID) -> CorrectionRequest | None:
    """The request for corrections of a case."""
    return await session.get(CorrectionRequest, application_id)


async def steps_of(session: AsyncSession, application_id: uuid.UUID) -> Sequence[CaseStep]:
    """The acts in a case, in order."""
    query = select(CaseStep).where(CaseStep.application_id == application_id).order_by(CaseStep.position)
    return (await session.scalars(query)).all()


async def last_position(session: AsyncSession, application_id: uuid.UUID) -> int:
    """The position of the last act in a case; 0 when there is none."""
    query = select(func.max(CaseStep.position)).where(CaseStep.application_id == application_id)
    return await session.scalar(query) or 0


async def is_reservation_in_use(session: AsyncSession, reservation_id: uuid.UUID) -> bool:
    """Whether an application which is not refused or withdrawn rests on a reservation."""
    over = (State.REFUSED, State.WITHDRAWN)
    query = select(Application.id).where(Application.reservation_id == reservation_id, Application.state.not_in(over))
    return await session.scalar(query.limit(1)) is not None
