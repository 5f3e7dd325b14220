"""Reads of sessions."""

import uuid
from datetime import datetime

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.sessions.models import BrowserSession, PendingLogin

Standing = Row[uuid.UUID, str, str, int, datetime, datetime, str | None]


async def standing_of(session: AsyncSession, cookie_hash: bytes) -> Standing | None:
    """What tells whether a session still holds, without decrypting anything."""
    query = select(
        BrowserSession.id,
        BrowserSession.subject,
        BrowserSession.provider_session,
        BrowserSession.access_count,
        BrowserSession.last_seen_at,
        BrowserSession.expires_at,
        BrowserSession.org,
    ).where(BrowserSession.cookie_hash == cookie_hash, BrowserSession.ended_at.is_(None))
    return (await session.execute(query)).one_or_none()


async def locked(session: AsyncSession, session_id: uuid.UUID) -> BrowserSession | None:
    """The session's row, locked: whoever else wants to renew its tokens waits and then finds them renewed."""
    query = select(BrowserSession).where(BrowserSession.id == session_id, BrowserSession.ended_at.is_(None))
    return (await session.scalars(query.with_for_update())).one_or_none()


async def by_cookie(session: AsyncSession, cookie_hash: bytes) -> BrowserSession | None:
    query = select(BrowserSession).where(BrowserSession.cookie_hash == cookie_hash, BrowserSession.ended_at.is_(None))
    return (await session.scalars(query.with_for_update())).one_or_none()


async def seen(session: AsyncSession, session_id: uuid.UUID, now: datetime) -> None:
    await session.execute(update(BrowserSession).where(BrowserSession.id == session_id).values(last_seen_at=now))


async def forget(session: AsyncSession, session_id: uuid.UUID) -> None:
    await session.execute(delete(BrowserSession).where(BrowserSession.id == session_id))


async def take_pending(session: AsyncSession, cookie_hash: bytes) -> PendingLogin | None:
    """Removes and returns the log-in that this browser began: it serves once."""
    query = delete(PendingLogin).where(PendingLogin.cookie_hash == cookie_hash).returning(PendingLogin)
    return (await session.scalars(query)).one_or_none()


async def waiting_for_provider(session: AsyncSession, limit: int) -> list[BrowserSession]:
    """Sessions that ended here and whose end the provider does not know yet."""
    query = select(BrowserSession).where(BrowserSession.ended_at.is_not(None)).order_by(BrowserSession.ended_at)
    return list((await session.scalars(query.limit(limit).with_for_update(skip_locked=True))).all())
