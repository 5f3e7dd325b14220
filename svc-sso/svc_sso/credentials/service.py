"""Hashing and checking passwords, off the event loop, two at a time."""

import asyncio
import functools
import secrets
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import FieldError
from svc_sso.credentials.errors import FormerlyUsed, TooBusy
from svc_sso.credentials.models import FormerPassword, Password
from svc_sso.credentials.rules import POLICIES, Policy

# OWASP's second set for Argon2id: 19 MiB, two passes, one lane; about 25 ms of one core.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
THREADS = 2
QUEUE_LIMIT = 100
MOST_REMEMBERED = max(policy.remembered for policy in POLICIES.values())

_pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="argon2")
_waiting = 0


@functools.cache
def _dummy_hash() -> str:
    return HASHER.hash(secrets.token_urlsafe(16))


def _verify(stored: str | None, password: str) -> bool:
    try:
        return HASHER.verify(stored or _dummy_hash(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


async def _off_loop(work: Callable[..., object], *arguments: object) -> object:
    """Runs `work` in one of two threads; a long queue is refused, so a flood of log-ins can't eat the memory."""
    global _waiting
    if _waiting >= QUEUE_LIMIT:
        raise TooBusy(headers={"Retry-After": "3"})
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_pool, work, *arguments)
    finally:
        _waiting -= 1


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`. Without a hash it takes the same time and is False."""
    return bool(await _off_loop(_verify, stored, password))


async def hash_password(password: str) -> str:
    """The Argon2id hash of `password`."""
    return str(await _off_loop(HASHER.hash, password))


def new_secret() -> str:
    """An opaque secret of 256 random bits, in 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


async def present_hash(session: AsyncSession, account_id: uuid.UUID, *, replaced: bool = False) -> str | None:
    """The hash of an account's password; until the transaction ends nobody replaces it, but who says that he will."""
    query = select(Password.hash).where(Password.account_id == account_id)
    return await session.scalar(query.with_for_update(read=not replaced))


async def former_hashes(session: AsyncSession, account_id: uuid.UUID, policy: Policy) -> list[str]:
    """The hashes which a new password must not match under `policy`: the present one and those before it."""
    if not policy.remembered:
        return []
    present = await session.get(Password, account_id)
    query = select(FormerPassword.hash).where(FormerPassword.account_id == account_id)
    newest = query.order_by(FormerPassword.id.desc()).limit(policy.remembered - 1)
    return [*([present.hash] if present else []), *(await session.scalars(newest))]


async def check_unused(password: str, former: list[str]) -> None:
    """Refuses a password which is behind one of the hashes. Holds no connection: it computes for a while."""
    for stored in former:
        if await verify_password(stored, password):
            message = f"不得与最近 {len(former)} 次使用的密码相同 (not one of the last {len(former)})"
            raise FormerlyUsed(message, errors=[FieldError("/password", "used_before", message)])


async def set_password(
    session: AsyncSession, account_id: uuid.UUID, hashed: str, now: datetime, *, must_change: bool = False
) -> None:
    """Makes `hashed` the password of an account; of those before it as many are kept as any policy remembers."""
    row = await session.get(Password, account_id)
    if row is None:
        row = Password(account_id=account_id)
        session.add(row)
    else:
        session.add(FormerPassword(account_id=account_id, hash=row.hash, replaced_at=now))
        await session.flush()
        await _forget_former(session, account_id)
    row.hash, row.must_change, row.changed_at = hashed, must_change, now
    await session.flush()


async def _forget_former(session: AsyncSession, account_id: uuid.UUID) -> None:
    of_account = FormerPassword.account_id == account_id
    kept = select(FormerPassword.id).where(of_account).order_by(FormerPassword.id.desc()).limit(MOST_REMEMBERED)
    await session.execute(delete(FormerPassword).where(of_account, FormerPassword.id.not_in(kept)))
