"""Checking a user name and password, and everything that a check leaves behind."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.db import Sessions
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import normalized_username
from svc_sso.accounts.service import own_account
from svc_sso.credentials.errors import WrongPassword
from svc_sso.credentials.models import Password
from svc_sso.credentials.rules import check_password, digest
from svc_sso.credentials.service import hash_password, new_secret, set_password, verify_password
from svc_sso.pages.browser import Browser
from svc_sso.sessions import service as sessions
from svc_sso.sessions.rules import PASSWORD_CHANGED
from svc_sso.sign_ins import queries
from svc_sso.sign_ins.errors import TooManySignIns
from svc_sso.sign_ins.models import KnownDevice, SignIn, SignInCount
from svc_sso.sign_ins.rules import PAIR, STRANGERS, Count, Limit, counted, wait

PASSWORD_ACR = "urn:yiwang:acr:password"  # noqa: S105 - the name of a class of authentication


@dataclass(frozen=True)
class Attempt:
    """What someone who signs in brings: user name, password, where from, and the cookie of a known device."""

    username: str
    password: str
    browser: Browser
    device: str | None


@dataclass(frozen=True)
class Admission:
    """An attempt which was let through to the check of its password."""

    account_id: uuid.UUID | None
    stored_hash: str | None
    must_change: bool
    known_device: bool
    buckets: tuple[bytes, ...]


async def admit(own: Sessions, attempt: Attempt, now: datetime) -> Admission:
    """Counts the attempt. Raises TooManySignIns, for unknown user names just as for known ones.

    In a transaction of its own: the count must stand before the password is checked, and no connection may be held
    while a thread computes.
    """
    async with own.begin() as session:
        account = await accounts.by_username(session, normalized_username(attempt.username)[:64])
        password = await session.get(Password, account.id) if account else None
        known = account is not None and attempt.device is not None
        known = known and await queries.knows_device(session, account.id, digest(attempt.device or ""))  # type: ignore[union-attr]
        limits = _buckets(attempt, known=known)
        seconds = await _count(session, limits, now)
        if seconds and account is not None:
            _remember(session, account.id, attempt, "refused", known=known, now=now)
    if seconds:
        raise TooManySignIns(seconds)
    usable = account is not None and account.disabled_at is None
    return Admission(
        account_id=account.id if account else None,
        stored_hash=password.hash if password and usable else None,
        must_change=password.must_change if password else False,
        known_device=known,
        buckets=tuple(limits),
    )


def _buckets(attempt: Attempt, *, known: bool) -> dict[bytes, Limit]:
    username = normalized_username(attempt.username)
    place = f"device:{attempt.device}" if known else f"address:{attempt.browser.address}"
    pair = hashlib.sha256(f"pair\0{username}\0{place}".encode()).digest()
    if known:
        return {pair: PAIR}
    return {pair: PAIR, hashlib.sha256(f"strangers\0{username}".encode()).digest(): STRANGERS}


async def _count(session: AsyncSession, limits: dict[bytes, Limit], now: datetime) -> int:
    rows = await queries.locked_counts(session, list(limits), {"attempts": 0, "last_at": now})
    counts = {bucket: Count(row.attempts, row.last_at, row.blocked_until) for bucket, row in rows.items()}
    seconds = max(wait(count, now) for count in counts.values())
    if not seconds:
        for bucket, limit in limits.items():
            new = counted(counts[bucket], limit, now)
            row = rows[bucket]
            row.attempts, row.last_at, row.blocked_until = new.attempts, new.last_at, new.blocked_until
    return seconds


async def verified(admission: Admission, attempt: Attempt) -> bool:
    """Whether the password is right; it takes the same time for nobody's user name."""
    return await verify_password(admission.stored_hash, attempt.password)


async def refuse(session: AsyncSession, admission: Admission, attempt: Attempt, now: datetime) -> None:
    """Keeps a failed attempt for the person to see."""
    if admission.account_id is not None:
        _remember(session, admission.account_id, attempt, "failed", known=admission.known_device, now=now)


async def accept(
    session: AsyncSession, admission: Admission, attempt: Attempt, now: datetime
) -> tuple[Account | None, str]:
    """The account of a right password, and the cookie by which its device is known from now on.

    None when the account was disabled in between.
    """
    account = await accounts.active(session, admission.account_id) if admission.account_id else None
    if account is None:
        return None, ""
    await session.execute(delete(SignInCount).where(SignInCount.bucket.in_(admission.buckets)))
    device = attempt.device if admission.known_device and attempt.device else new_secret()
    row = {"account_id": account.id, "device_hash": digest(device), "last_used_at": now}
    statement = insert(KnownDevice).values(row)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["account_id", "device_hash"], set_={"last_used_at": now})
    )
    _remember(session, account.id, attempt, "succeeded", known=admission.known_device, now=now)
    return account, device


def _remember(
    session: AsyncSession, account_id: uuid.UUID, attempt: Attempt, outcome: str, *, known: bool, now: datetime
) -> None:
    browser = attempt.browser
    session.add(
        SignIn(
            account_id=account_id,
            at=now,
            outcome=outcome,
            address=browser.address[:64],
            user_agent=browser.user_agent[:200],
            known_device=known,
        )
    )


async def replace_password(session: AsyncSession, account: Account, hashed: str, caller: Caller, now: datetime) -> None:
    """Sets a new password and ends every log-in but the caller's."""
    await set_password(session, account.id, hashed, now)
    await audit.record(session, caller, action="password.changed", object_type="account", object_id=account.id)
    await sessions.end_all(session, account.id, caller, PASSWORD_CHANGED, now, but=caller.session_id)


async def change_password(
    session: AsyncSession, own: Sessions, caller: Caller, passwords: tuple[str, str], now: datetime
) -> None:
    """Changes the caller's password, given the present and the new one. Raises WrongPassword, TooManySignIns."""
    present, new = passwords
    async with own.begin() as reading:
        username = (await own_account(reading, caller)).username
    check_password(new, username)
    attempt = Attempt(username, present, Browser(f"session:{caller.session_id}", ""), None)
    admission = await admit(own, attempt, now)
    if not await verified(admission, attempt):
        raise WrongPassword
    hashed = await hash_password(new)
    account = await own_account(session, caller)
    await session.execute(delete(SignInCount).where(SignInCount.bucket.in_(admission.buckets)))
    await replace_password(session, account, hashed, caller, now)


async def forget_counts(session: AsyncSession, now: datetime) -> int:
    """Drops counts which no rule looks at any more; how many."""
    old = SignInCount.last_at < now - STRANGERS.longest * 2
    result = await session.execute(delete(SignInCount).where(old).returning(SignInCount.bucket))
    return len(result.all())
