"""Reads of second factors."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.factors.models import Authenticator, Passkey, RecoveryCode
from svc_sso.factors.rules import Owned


async def owned(session: AsyncSession, account_id: uuid.UUID) -> Owned:
    """How many second factors of each kind an account has; of recovery codes those which are unused."""
    apps = select(func.count()).select_from(Authenticator).where(Authenticator.account_id == account_id)
    keys = select(func.count()).select_from(Passkey).where(Passkey.account_id == account_id)
    unused = select(func.count()).select_from(RecoveryCode)
    codes = unused.where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    spent = unused.where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_not(None))
    counts = (query.scalar_subquery() for query in (apps, keys, codes, spent))
    return Owned(*(await session.execute(select(*counts))).one())


async def authenticators(session: AsyncSession, account_id: uuid.UUID) -> Sequence[Authenticator]:
    """The authenticator apps of an account, the oldest first."""
    query = select(Authenticator).where(Authenticator.account_id == account_id).order_by(Authenticator.id)
    return (await session.scalars(query)).all()


async def locked_authenticators(session: AsyncSession, account_id: uuid.UUID) -> Sequence[Authenticator]:
    """The same, locked: of two who bring one code one is second."""
    query = select(Authenticator).where(Authenticator.account_id == account_id).order_by(Authenticator.id)
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).all()


async def passkeys(session: AsyncSession, account_id: uuid.UUID) -> Sequence[Passkey]:
    """The passkeys of an account, the oldest first."""
    return (await session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id))).all()


async def locked_passkey(session: AsyncSession, credential_id: bytes) -> Passkey | None:
    """The passkey of a credential id, locked."""
    query = select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


async def locked_recovery_code(session: AsyncSession, code_hash: bytes) -> RecoveryCode | None:
    """The unused recovery code of a hash, locked."""
    query = select(RecoveryCode).where(RecoveryCode.code_hash == code_hash).with_for_update()
    row = (await session.scalars(query.execution_options(populate_existing=True))).first()
    return row if row is not None and row.used_at is None else None
