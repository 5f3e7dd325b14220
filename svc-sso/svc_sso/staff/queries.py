"""Reads of staff accounts."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import STAFF
from svc_sso.staff.models import Unit


def staff(unit: str | None, role: str | None) -> Select[Any]:
    """Members of staff, of one unit or with one role when asked for."""
    query = select(Account).where(Account.kind == STAFF)
    if unit is not None:
        query = query.where(Account.unit == unit)
    if role is not None:
        query = query.where(Account.roles.any_() == role)
    return query


def units(parent: str | None, kind: str | None, region: str | None) -> Select[Any]:
    """The units, those below one unit, of one kind or of one region when asked for."""
    query = select(Unit)
    if parent is not None:
        query = query.where(Unit.parent_code == parent)
    if kind is not None:
        query = query.where(Unit.kind == kind)
    return query.where(Unit.region == region) if region is not None else query


async def names_of(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    """The names of units by their codes; what is no unit's code is not there."""
    rows = await session.execute(select(Unit.code, Unit.name).where(Unit.code.in_(tuple(codes))))
    return {row.code: row.name for row in rows}
