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
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.credentials.errors import TooBusy
from svc_sso.credentials.models import Password

# OWASP's second set for Argon2id: 19 MiB, two passes, one lane; about 25 ms of one core.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
THREADS = 2
QUEUE_LIMIT = 100

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


async def set_password(
    session: AsyncSession, account_id: uuid.UUID, hashed: str, now: datetime, *, must_change: bool = False
) -> None:
    """Makes `hashed` the password of an account."""
    row = await session.get(Password, account_id)
    if row is None:
        row = Password(account_id=account_id)
        session.add(row)
    row.hash, row.must_change, row.changed_at = hashed, must_change, now
    await session.flush()
