"""Reads of licences and keys."""

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_services.licences.models import Licence, LicenceKey


async def by_number(session: AsyncSession, number: str) -> Licence | None:
    """The licence with this number."""
    return await session.get(Licence, number)


async def of_application(session: AsyncSession, application_id: uuid.UUID) -> Licence | None:
    """The licence which an application led to."""
    return (await session.scalars(select(Licence).where(Licence.application_id == application_id))).first()


def held_by(subject: str) -> Select[Licence]:
    """The licences of a person's applications."""
    return select(Licence).where(Licence.holder_id == subject)


async def keys(session: AsyncSession) -> Sequence[LicenceKey]:
    """All keys, the newest first."""
    return (await session.scalars(select(LicenceKey).order_by(LicenceKey.created_at.desc(), LicenceKey.kid))).all()
