"""Reads of notices: what is due, what a client was told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.clients.models import Client
from svc_sso.notices.models import LogoutNotice
from svc_sso.notices.rules import PENDING


async def due(session: AsyncSession, now: datetime, limit: int) -> Sequence[Row[LogoutNotice, Client]]:
    """Notices to be delivered now, with their clients, locked; those another process delivers are left to it.

    Of each client one, then of each the next: a client which keeps every call waiting holds up no other.
    """
    is_due = (LogoutNotice.state == PENDING, LogoutNotice.next_try_at <= now)
    place = func.row_number().over(partition_by=LogoutNotice.client_id, order_by=LogoutNotice.next_try_at)
    turns = select(LogoutNotice.id, place.label("place")).where(*is_due).subquery()
    query = (
        select(LogoutNotice, Client)
        .join(Client, Client.id == LogoutNotice.client_id)
        .join(turns, turns.c.id == LogoutNotice.id)
        .where(*is_due)
        .order_by(turns.c.place, LogoutNotice.next_try_at)
        .limit(limit)
        .with_for_update(of=LogoutNotice, skip_locked=True)
    )
    return (await session.execute(query)).all()


async def hurry(session: AsyncSession, client_id: str, now: datetime) -> None:
    """Makes everything that waits for a client due: it has just been heard of again."""
    waiting = (LogoutNotice.client_id == client_id, LogoutNotice.state == PENDING, LogoutNotice.tries > 0)
    await session.execute(update(LogoutNotice).where(*waiting).values(next_try_at=now))


def of_client(client_id: str, state: str | None) -> Select[Any]:
    """What a client was or is to be told."""
    query = select(LogoutNotice).where(LogoutNotice.client_id == client_id)
    return query if state is None else query.where(LogoutNotice.state == state)


async def count_pending(session: AsyncSession) -> int:
    """How many notices wait."""
    query = select(func.count()).select_from(LogoutNotice).where(LogoutNotice.state == PENDING)
    return await session.scalar(query) or 0
