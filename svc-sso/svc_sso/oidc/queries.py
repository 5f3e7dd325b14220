"""Reads of waiting authorization requests."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.oidc.models import LoginRequest


async def waiting(
    session: AsyncSession, id_hash: bytes, browser_hash: bytes, now: datetime, *, lock: bool = False
) -> LoginRequest | None:
    """The request of an id, if this browser began it and it still waits."""
    query = select(LoginRequest).where(
        LoginRequest.id_hash == id_hash, LoginRequest.browser_hash == browser_hash, LoginRequest.expires_at > now
    )
    return (await session.scalars(query.with_for_update() if lock else query)).first()
