"""Reading the register."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.enterprises.models import Enterprise, EnterpriseName


async def by_code(session: AsyncSession, code: str) -> Enterprise | None:
    """The enterprise with this code."""
    return await session.get(Enterprise, code)


async def by_application(session: AsyncSession, application_id: uuid.UUID) -> Enterprise | None:
    """The enterprise which this application founded."""
    return (await session.scalars(select(Enterprise).where(Enterprise.application_id == application_id))).one_or_none()


async def names_of(session: AsyncSession, code: str) -> Sequence[EnterpriseName]:
    """The names of an enterprise, the present one first."""
    order = (EnterpriseName.valid_until.desc().nulls_first(), EnterpriseName.valid_from.desc())
    return (await session.scalars(select(EnterpriseName).where(EnterpriseName.code == code).order_by(*order))).all()


async def by_codes(session: AsyncSession, codes: Sequence[str]) -> list[Enterprise]:
    """The enterprises with these codes, in the order of the codes."""
    found = {e.code: e for e in await session.scalars(select(Enterprise).where(Enterprise.code.in_(codes)))}
    return [found[code] for code in codes if code in found]
