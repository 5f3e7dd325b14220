"""Reads of clients."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.clients.models import Client

FIRST_PARTY = "first_party"


async def locked(session: AsyncSession, client_id: str) -> Client | None:
    """The client, locked until the transaction ends."""
    query = select(Client).where(Client.id == client_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


def everyone() -> Select[Any]:
    """All clients."""
    return select(Client)


def answered_for(account_id: uuid.UUID) -> Select[Any]:
    """The clients which a person answers for."""
    return select(Client).where(Client.responsible_id == account_id)


def only(client_id: str) -> Select[Any]:
    """One client."""
    return select(Client).where(Client.id == client_id)


async def of_others(session: AsyncSession) -> Sequence[Client]:
    """All clients but the platform's own."""
    return (await session.scalars(select(Client).where(Client.kind != FIRST_PARTY).order_by(Client.id))).all()
