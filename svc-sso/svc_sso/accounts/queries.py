"""Reads of accounts."""

import uuid
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.accounts.models import Account, ProfileRead


async def by_username(session: AsyncSession, username: str) -> Account | None:
    """The account of a normalized user name."""
    return (await session.scalars(select(Account).where(Account.username == username))).first()


async def locked(session: AsyncSession, account_id: uuid.UUID) -> Account | None:
    """The account, locked until the transaction ends."""
    query = select(Account).where(Account.id == account_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


async def active(session: AsyncSession, account_id: uuid.UUID, *, hold: bool = False) -> Account | None:
    """The account as it is now, unless it is disabled; with `hold` nobody changes it until the transaction ends."""
    query = select(Account).where(Account.id == account_id, Account.disabled_at.is_(None))
    query = query.with_for_update(read=True) if hold else query
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


async def has_identity(session: AsyncSession, index: bytes) -> bool:
    """Whether an account exists for an identity number, given by its blind index."""
    found = await session.scalar(select(Account.id).where(Account.id_number_index == index))
    return found is not None


def reads_of(account_id: uuid.UUID) -> Select[Any]:
    """Who has read the data of an account."""
    return select(ProfileRead).where(ProfileRead.account_id == account_id)
