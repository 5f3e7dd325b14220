"""Reads of codes and families; what is about to change is locked."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.grants.models import AuthorizationCode, Grant, RefreshToken


async def locked_code(session: AsyncSession, code_hash: bytes) -> AuthorizationCode | None:
    """A code, locked: of two who bring it one is second."""
    query = select(AuthorizationCode).where(AuthorizationCode.code_hash == code_hash).with_for_update()
    return (await session.scalars(query)).first()


async def locked_family(session: AsyncSession, token_hash: bytes) -> tuple[Grant, RefreshToken] | None:
    """The family of a refresh token, locked, and the token as it is once the lock is held."""
    grant_id = await session.scalar(select(RefreshToken.grant_id).where(RefreshToken.token_hash == token_hash))
    if grant_id is None:
        return None
    grant = await locked_grant(session, grant_id)
    token = await session.get(RefreshToken, token_hash, populate_existing=True)
    return (grant, token) if grant is not None and token is not None else None


async def locked_grant(session: AsyncSession, grant_id: uuid.UUID) -> Grant | None:
    """A family, locked until the transaction ends."""
    query = select(Grant).where(Grant.id == grant_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


async def by_id(session: AsyncSession, grant_id: uuid.UUID) -> Grant | None:
    """A family, not locked."""
    return await session.get(Grant, grant_id)


async def by_token(session: AsyncSession, token_hash: bytes) -> tuple[Grant, RefreshToken] | None:
    """A refresh token and its family, not locked."""
    query = select(Grant, RefreshToken).join(RefreshToken, RefreshToken.grant_id == Grant.id)
    row = (await session.execute(query.where(RefreshToken.token_hash == token_hash))).first()
    return (row[0], row[1]) if row is not None else None


async def stands(session: AsyncSession, grant_id: uuid.UUID) -> bool:
    """Whether a family has not been revoked."""
    query = select(Grant.id).where(Grant.id == grant_id, Grant.revoked_at.is_(None))
    return await session.scalar(query) is not None
