"""Reads of signing keys."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.keys.models import SigningKey
from svc_sso.keys.rules import CURRENT, NEXT, RETIRED, published_since


async def published(session: AsyncSession, now: datetime) -> Sequence[SigningKey]:
    """Keys which verifiers must know: next, current, and those retired a short while ago; none that was revoked."""
    retired = (SigningKey.status == RETIRED) & (SigningKey.retired_at > published_since(now))
    fresh = or_(SigningKey.status.in_((NEXT, CURRENT)), retired)
    return (await session.scalars(select(SigningKey).where(fresh).order_by(SigningKey.created_at))).all()


async def by_status(session: AsyncSession, status: str, algorithm: str) -> SigningKey | None:
    """The key of a status of which there is one for each algorithm."""
    wanted = select(SigningKey).where(SigningKey.status == status, SigningKey.algorithm == algorithm)
    return (await session.scalars(wanted)).first()
