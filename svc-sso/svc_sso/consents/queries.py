"""Reads of consents."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.clients.models import Client
from svc_sso.consents.models import Consent


async def standing(session: AsyncSession, account_id: uuid.UUID, client_id: str) -> Consent | None:
    """The consent of a person to a client, unless it was revoked."""
    row = await session.get(Consent, (account_id, client_id), populate_existing=True)
    return row if row is not None and row.revoked_at is None else None


async def of_account(session: AsyncSession, account_id: uuid.UUID) -> Sequence[tuple[Consent, Client]]:
    """The standing consents of a person with their clients, the newest first."""
    query = (
        select(Consent, Client)
        .join(Client, Client.id == Consent.client_id)
        .where(Consent.account_id == account_id, Consent.revoked_at.is_(None))
        .order_by(Consent.given_at.desc(), Consent.client_id)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]
