"""Reads of complaints: what each kind of person may see, and who stands on which side."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.calendar import working_days_after
from shared.codes import regions
from svc_complaints.cases.models import NUMBER_SERIAL, Clock, Complaint, Recusal, Representative, Step
from svc_complaints.cases.rules import OFFICER_STATES, State

URGENCY = func.coalesce(Complaint.due_on, date(9999, 12, 31))
"""What is due first comes first; a suspended clock comes last."""


async def next_serial(session: AsyncSession) -> int:
    """The next serial of a complaint number; gaps are normal, it starts again after 999,999."""
    return int(await session.scalar(NUMBER_SERIAL.next_value()) or 0)


async def find(session: AsyncSession, complaint_id: uuid.UUID, *, lock: bool = False) -> Complaint | None:
    """The complaint, locked until the transaction ends if asked: whoever comes second sees what the first one did."""
    statement = select(Complaint).where(Complaint.id == complaint_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found: Complaint | None = await session.scalar(statement)
    return found


async def represents(session: AsyncSession, account_id: str, enterprise_code: str) -> bool:
    """Whether the account speaks for the enterprise."""
    statement = select(
        exists().where(Representative.enterprise_code == enterprise_code, Representative.account_id == account_id)
    )
    return bool(await session.scalar(statement))


async def has_representative(session: AsyncSession, enterprise_code: str) -> bool:
    """Whether somebody with an account speaks for the enterprise."""
    return await session.get(Representative, enterprise_code) is not None


async def is_recused(session: AsyncSession, officer_id: str, complaint_id: uuid.UUID) -> bool:
    """Whether the official has withdrawn, or had to withdraw, from this complaint."""
    return await session.get(Recusal, (complaint_id, officer_id)) is not None


def filed_by(account_id: str) -> Select[Any]:
    """The complaints which a person has filed."""
    return select(Complaint).where(Complaint.complainant_id == account_id)


def against_enterprises_of(account_id: str) -> Select[Any]:
    """The accepted complaints against enterprises which a person represents; those not accepted stay between two."""
    codes = select(Representative.enterprise_code).where(Representative.account_id == account_id)
    return select(Complaint).where(Complaint.respondent_code.in_(codes), Complaint.accepted_on.is_not(None))


def against(enterprise_code: str) -> Select[Any]:
    """The accepted complaints against one enterprise, for those who act for it."""
    return select(Complaint).where(Complaint.respondent_code == enterprise_code, Complaint.accepted_on.is_not(None))


def nothing() -> Select[Any]:
    """No complaint: for an agent whose mandate is about other matters, and for what an enterprise can't file."""
    return select(Complaint).where(false())


def concerning(account_id: str) -> Select[Any]:
    """Both of the above: all complaints a person has to do with."""
    codes = select(Representative.enterprise_code).where(Representative.account_id == account_id)
    against = Complaint.respondent_code.in_(codes) & Complaint.accepted_on.is_not(None)
    return select(Complaint).where(or_(Complaint.complainant_id == account_id, against))


def queue(caller: Caller, states: Sequence[State], overdue_on: date | None) -> Select[Any]:
    """The complaints of the caller's region and below in which he has no interest; only overdue ones if asked."""
    statement = select(Complaint).where(within(caller.region), Complaint.state.in_(states))
    statement = statement.where(*without_interest_of(caller.subject))
    if overdue_on is not None:
        statement = statement.where(Complaint.due_on < overdue_on, Complaint.state.in_(OFFICER_STATES))
    return statement


def without_interest_of(officer_id: str) -> tuple[ColumnElement[bool], ...]:
    """Leaves out what an official filed, what is filed against an enterprise he speaks for, and where he withdrew."""
    codes = select(Representative.enterprise_code).where(Representative.account_id == officer_id)
    withdrawn = select(Recusal.complaint_id).where(Recusal.officer_id == officer_id)
    return (
        Complaint.complainant_id != officer_id,
        Complaint.respondent_code.not_in(codes),
        Complaint.id.not_in(withdrawn),
    )


def within(unit_region: str | None) -> ColumnElement[bool]:
    """Complaints of and below the region of a unit; the same rule as `regions.covers`, for the database."""
    return Complaint.region.startswith(regions.prefix(unit_region), autoescape=True) if unit_region else false()


async def same_dispute(session: AsyncSession, complaint: Complaint) -> Sequence[str]:
    """Numbers of earlier complaints by the same person about the same thing which were accepted."""
    statement = select(Complaint.number).where(
        Complaint.complainant_id == complaint.complainant_id,
        Complaint.respondent_code == complaint.respondent_code,
        Complaint.product == complaint.product,
        Complaint.occurred_on == complaint.occurred_on,
        Complaint.accepted_on.is_not(None),
        Complaint.id < complaint.id,
    )
    return (await session.scalars(statement.order_by(Complaint.id))).all()


async def clocks(session: AsyncSession, complaint_id: uuid.UUID) -> Sequence[Clock]:
    """The periods of a complaint in the order in which they were set off."""
    return (await session.scalars(select(Clock).where(Clock.complaint_id == complaint_id).order_by(Clock.id))).all()


async def clock(session: AsyncSession, complaint_id: uuid.UUID, code: str) -> Clock | None:
    """One period of a complaint."""
    statement = select(Clock).where(Clock.complaint_id == complaint_id, Clock.code == code)
    found: Clock | None = await session.scalar(statement)
    return found


async def outdated_clocks(session: AsyncSession, limit: int) -> list[Clock]:
    """Running provisional periods whose end the calendar of today puts elsewhere, or confirms; up to `limit`.

    Few distinct periods are running at a time, so each is computed once, however many complaints share it.
    """
    running = (Clock.provisional, Clock.met_on.is_(None), Clock.due_on.is_not(None), Clock.suspensions == [])
    period = (Clock.start_on, Clock.working_days, Clock.due_on)
    stale = []
    for start, days, due_on in (await session.execute(select(*period).where(*running).distinct())).all():
        deadline = working_days_after(start, days, basis="")
        if deadline.due_on != due_on or not deadline.provisional:
            stale.append((start, days, due_on))
    found = select(Clock).where(*running, tuple_(*period).in_(stale)).order_by(Clock.id).limit(limit)
    return list((await session.scalars(found)).all()) if stale else []


async def once_suspended_clocks(session: AsyncSession) -> list[Clock]:
    """Running provisional periods which were suspended for a time: each is computed on its own; there are few."""
    running = (Clock.provisional, Clock.met_on.is_(None), Clock.due_on.is_not(None), Clock.suspensions != [])
    return list((await session.scalars(select(Clock).where(*running).order_by(Clock.id))).all())


async def steps(session: AsyncSession, complaint_id: uuid.UUID) -> Sequence[Step]:
    """The history of a complaint, oldest first."""
    return (await session.scalars(select(Step).where(Step.complaint_id == complaint_id).order_by(Step.id))).all()


async def by_number(session: AsyncSession, number: str) -> Complaint | None:
    """The complaint with a number which somebody reads out."""
    found: Complaint | None = await session.scalar(select(Complaint).where(Complaint.number == number))
    return found
