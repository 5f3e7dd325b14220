"""Reads of signing keys."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.keys.models import SigningKey
from svc_sso.keys.rules import RETIRED, published_since


async def published(session: AsyncSession, now: datetime) -> Sequence[SigningKey]:
    """Keys which verifiers must know: next, current, and those retired a short while ago."""
    fresh = or_(SigningKey.status != RETIRED, SigningKey.retired_at > published_since(now))
    return (await session.scalars(select(SigningKey).where(fresh).order_by(SigningKey.created_at))).all()


async def by_status(session: AsyncSession, status: str) -> SigningKey | None:
    """The key of a status of which there is one."""
    return (await session.scalars(select(SigningKey).where(SigningKey.status == status))).first()
