"""Spending what holds once."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.assertions.models import SpentId


async def spend(session: AsyncSession, id_hash: bytes, until: datetime) -> bool:
    """Whether this is the first time; of two at once the second waits for the first."""
    query = insert(SpentId).values(id_hash=id_hash, expires_at=until).on_conflict_do_nothing()
    return await session.scalar(query.returning(SpentId.id_hash)) is not None
