"""Reading the register."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.record.enterprises.models import (
    Enterprise,
    EnterpriseName,
    EnterpriseSuccessor,
    EnterpriseVersion,
)
from svc_credit_registry.record.enterprises.rules import end_of

# Made once: to put it together costs more than to run it.
_ENTER = insert(Enterprise).on_conflict_do_nothing().returning(Enterprise)


async def by_code(session: AsyncSession, code: str) -> Enterprise | None:
    """The enterprise with this code."""
    return await session.get(Enterprise, code)


async def is_empty(session: AsyncSession) -> bool:
    """Whether no enterprise is in the register yet."""
    return (await session.scalars(select(Enterprise.code).limit(1))).first() is None


async def by_application(session: AsyncSession, application_id: uuid.UUID) -> Enterprise | None:
    """The enterprise which this application founded."""
    return (await session.scalars(select(Enterprise).where(Enterprise.application_id == application_id))).one_or_none()


async def enter(session: AsyncSession, facts: Mapping[str, Any]) -> Enterprise | None:
    """Enters an enterprise; None when its code or its application is there already, also by a transaction at work."""
    return (await session.scalars(_ENTER, facts)).one_or_none()


async def names_of(session: AsyncSession, code: str) -> Sequence[EnterpriseName]:
    """The names of an enterprise, the present one first."""
    order = (EnterpriseName.valid_until.desc().nulls_first(), EnterpriseName.valid_from.desc())
    return (await session.scalars(select(EnterpriseName).where(EnterpriseName.code == code).order_by(*order))).all()


async def locked(session: AsyncSession, code: str) -> Enterprise | None:
    """The enterprise with this code, held until the transaction at hand ends."""
    statement = select(Enterprise).where(Enterprise.code == code).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one_or_none()


async def version_on(session: AsyncSession, code: str, day: date) -> EnterpriseVersion | None:
    """The replaced state that stood at the end of `day`."""
    v, end = EnterpriseVersion, end_of(day)
    statement = select(v).where(v.code == code, v.recorded_at < end, v.superseded_at >= end)
    return (await session.scalars(statement.order_by(v.version.desc()).limit(1))).first()


async def first_recorded_at(session: AsyncSession, code: str) -> datetime | None:
    """When the first of the replaced states came on the record; None when none was replaced."""
    first = select(func.min(EnterpriseVersion.recorded_at)).where(EnterpriseVersion.code == code)
    return await session.scalar(first)


async def versions_until(session: AsyncSession, code: str, day: date) -> Sequence[EnterpriseVersion]:
    """The replaced states of an enterprise that had come on the record by the end of `day`, the oldest first."""
    v = EnterpriseVersion
    statement = select(v).where(v.code == code, v.recorded_at < end_of(day)).order_by(v.version)
    return (await session.scalars(statement)).all()


async def note_decision(session: AsyncSession, code: str, day: date) -> None:
    """Enters the day of a registrar's decision that changes no fact of the enterprise, and so makes no version."""
    await session.execute(update(Enterprise).where(Enterprise.code == code).values(decided_on=day))


async def successor_of(session: AsyncSession, old_code: str) -> EnterpriseSuccessor | None:
    """Where the record of a code or an old number went on."""
    return await session.get(EnterpriseSuccessor, old_code)


async def predecessors_of(session: AsyncSession, code: str, day: date) -> Sequence[EnterpriseSuccessor]:
    """The codes and old numbers whose record had gone on under this code by the end of `day`, the latest first."""
    s = EnterpriseSuccessor
    statement = select(s).where(s.new_code == code, s.recorded_at < end_of(day))
    return (await session.scalars(statement.order_by(s.since.desc(), s.old_code))).all()
