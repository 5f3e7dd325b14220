"""Reads around signing in."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.sign_ins.models import KnownDevice, SignIn, SignInCount


async def locked_counts(
    session: AsyncSession, buckets: Sequence[bytes], empty: dict[str, Any]
) -> dict[bytes, SignInCount]:
    """The counts of `buckets`, made when they are missing and locked in one order, so that nobody waits in a circle."""
    ordered = sorted(buckets)
    rows = [{"bucket": bucket, **empty} for bucket in ordered]
    await session.execute(insert(SignInCount).values(rows).on_conflict_do_nothing())
    query = select(SignInCount).where(SignInCount.bucket.in_(ordered)).order_by(SignInCount.bucket).with_for_update()
    return {row.bucket: row for row in await session.scalars(query)}


async def knows_device(session: AsyncSession, account_id: uuid.UUID, device_hash: bytes) -> bool:
    """Whether a browser has signed in to this account before."""
    return await session.get(KnownDevice, (account_id, device_hash)) is not None


def history_of(account_id: uuid.UUID) -> Select[Any]:
    """Attempts on an account."""
    return select(SignIn).where(SignIn.account_id == account_id)
