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
    rows = [{"bucket": bucket, **empty} for bucket in sorted(buckets)]
    made = insert(SignInCount).values(rows)
    # Written over by itself, not passed over: a log-in that succeeds right now would take away what is only read.
    kept = made.on_conflict_do_update(index_elements=["bucket"], set_={"attempts": SignInCount.attempts})
    found = await session.scalars(kept.returning(SignInCount), execution_options={"populate_existing": True})
    return {row.bucket: row for row in found}


async def knows_device(session: AsyncSession, account_id: uuid.UUID, device_hash: bytes) -> bool:
    """Whether a browser has signed in to this account before."""
    return await session.get(KnownDevice, (account_id, device_hash)) is not None


def history_of(account_id: uuid.UUID) -> Select[Any]:
    """Attempts on an account."""
    return select(SignIn).where(SignIn.account_id == account_id)


def devices_of(account_id: uuid.UUID) -> Select[Any]:
    """The known devices of an account."""
    return select(KnownDevice).where(KnownDevice.account_id == account_id)


async def locked_device(session: AsyncSession, account_id: uuid.UUID, device_id: uuid.UUID) -> KnownDevice | None:
    """A known device of an account, locked."""
    query = devices_of(account_id).where(KnownDevice.id == device_id).with_for_update()
    found: KnownDevice | None = (await session.scalars(query)).first()
    return found
