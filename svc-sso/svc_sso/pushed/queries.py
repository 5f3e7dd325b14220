"""Reads of pushed requests."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.pushed.models import PushedRequest


async def waiting(session: AsyncSession, uri_hash: bytes, client_id: str, now: datetime) -> PushedRequest | None:
    """A client's request which has neither run out nor been answered."""
    query = select(PushedRequest).where(
        PushedRequest.uri_hash == uri_hash,
        PushedRequest.client_id == client_id,
        PushedRequest.expires_at > now,
        PushedRequest.used_at.is_(None),
    )
    return (await session.scalars(query)).first()


async def burn(session: AsyncSession, uri_hash: bytes, client_id: str, now: datetime) -> bool:
    """Marks a client's request as answered; of two who answer it at once the second finds that it was."""
    mine = (PushedRequest.uri_hash == uri_hash) & (PushedRequest.client_id == client_id)
    query = update(PushedRequest).where(mine, PushedRequest.used_at.is_(None)).values(used_at=now)
    return await session.scalar(query.returning(PushedRequest.uri_hash)) is not None
