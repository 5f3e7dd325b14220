"""Reads of the catalogue."""

import uuid
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_services.matters.models import Implementation, Matter
from svc_services.matters.rules import in_force, search_terms


def catalogue_on(day: date, q: str | None) -> Select[Matter]:
    """Matters in force on `day` whose names or keywords, in either language, hold every word of `q`."""
    begun = Matter.in_force_from <= day
    running = or_(Matter.in_force_until.is_(None), Matter.in_force_until > day)
    statement = select(Matter).where(begun, running)
    for word in search_terms(q or ""):
        statement = statement.where(Matter.search_text.contains(word, autoescape=True))
    return statement


async def matter_on(session: AsyncSession, code: str, day: date) -> Matter | None:
    """The revision of a matter in force on `day`."""
    rows = (await session.scalars(select(Matter).where(Matter.code == code))).all()
    return in_force(rows, day)


async def matter_by_id(session: AsyncSession, matter_id: uuid.UUID) -> Matter:
    """One revision, whether still in force or not: cases keep theirs."""
    return await session.get_one(Matter, matter_id)


async def implementation_on(session: AsyncSession, code: str, region: str, day: date) -> Implementation | None:
    """What a region made better for a matter, in force on `day`."""
    query = select(Implementation).where(Implementation.code == code, Implementation.region == region)
    return in_force((await session.scalars(query)).all(), day)
