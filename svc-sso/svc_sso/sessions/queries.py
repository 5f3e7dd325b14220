"""Reads of sessions."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.sessions.models import LoginSession

OPEN = LoginSession.ended_at.is_(None)


async def by_secret(session: AsyncSession, secret_hash: bytes) -> LoginSession | None:
    """The open session of a cookie."""
    return (await session.scalars(select(LoginSession).where(LoginSession.secret_hash == secret_hash, OPEN))).first()


async def locked(session: AsyncSession, session_id: uuid.UUID) -> LoginSession | None:
    """The session, locked until the transaction ends."""
    query = select(LoginSession).where(LoginSession.id == session_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


def open_of(account_id: uuid.UUID) -> Select[Any]:
    """The open sessions of an account."""
    return select(LoginSession).where(LoginSession.account_id == account_id, OPEN)


async def overdue(session: AsyncSession, now: datetime, limit: int) -> Sequence[LoginSession]:
    """Open sessions which time has ended, locked; those that someone else works on are left to him."""
    idle_until = LoginSession.last_seen_at + func.make_interval(0, 0, 0, 0, 0, 0, LoginSession.idle_seconds)
    query = (
        select(LoginSession)
        .where(OPEN, or_(LoginSession.expires_at <= now, idle_until <= now))
        .order_by(LoginSession.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


# The requests of log-ins are a module above this one; their table is named and not imported.
VOID = text(
    """
    UPDATE login_requests
    SET account_id = NULL, amr = '[]', authenticated_at = NULL, password_due = NULL, consented = false
    WHERE account_id = :account_id
      AND (session_id IS NULL OR session_id IS DISTINCT FROM CAST(:but AS uuid))
      AND id_hash IS DISTINCT FROM CAST(:waiting AS bytea)
    """
)


async def void_waiting(
    session: AsyncSession, account_id: uuid.UUID, *, but: str | None = None, waiting: bytes | None = None
) -> None:
    """Makes log-ins of an account which wait for their next form begin anew: those which make the session `but`
    stronger, and the request `waiting`, stay as they are.
    """
    keys = {"account_id": account_id, "but": uuid.UUID(but) if but else None, "waiting": waiting}
    await session.execute(VOID, keys)
