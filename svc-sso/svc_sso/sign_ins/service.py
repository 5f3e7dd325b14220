"""Checking a user name and password, and everything that a check leaves behind."""

import hashlib
import uuid
from collections.abc import Iterable
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
from svc_sso.accounts.service import check_new_password, own_account
from svc_sso.credentials.errors import WrongPassword
from svc_sso.credentials.models import Password
from svc_sso.credentials.rules import Policy, digest
from svc_sso.credentials.service import (
    check_unused,
    former_hashes,
    hash_password,
    new_secret,
    present_hash,
    set_password,
    verify_password,
)
from svc_sso.pages.browser import Browser
from svc_sso.sessions import service as sessions
from svc_sso.sessions.models import LoginSession
from svc_sso.sessions.rules import PASSWORD_CHANGED
from svc_sso.sign_ins import queries
from svc_sso.sign_ins.errors import NoSuchDevice, TooManySignIns
from svc_sso.sign_ins.models import KnownDevice, SignIn, SignInCount
from svc_sso.sign_ins.rules import OPENING, PAIR, SECOND, STRANGERS, Count, Limit, counted, wait


@dataclass(frozen=True)
class Origin:
    """Where a proof comes from: the browser, and the cookie of a known device."""

    browser: Browser
    device: str | None


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
    changed_at: datetime
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
            note(session, account.id, Noted("refused", "password", attempt.browser, known), now)
    if seconds:
        raise TooManySignIns(seconds)
    usable = account is not None and account.disabled_at is None
    return Admission(
        account_id=account.id if account else None,
        stored_hash=password.hash if password and usable else None,
        must_change=password.must_change if password else False,
        changed_at=password.changed_at if password else now,
        known_device=known,
        buckets=tuple(limits),
    )


def _bucket(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()


def _buckets(attempt: Attempt, *, known: bool) -> dict[bytes, Limit]:
    username = normalized_username(attempt.username)
    place = f"device:{attempt.device}" if known else f"address:{attempt.browser.address}"
    pair = _bucket("pair", username, place)
    return {pair: PAIR} if known else {pair: PAIR, _bucket("strangers", username): STRANGERS}


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
        note(session, admission.account_id, Noted("failed", "password", attempt.browser, admission.known_device), now)


async def forgive(session: AsyncSession, buckets: Iterable[bytes]) -> None:
    """Forgets the failures which came before a right password or code."""
    await session.execute(delete(SignInCount).where(SignInCount.bucket.in_(tuple(buckets))))


async def admit_second(own: Sessions, account_id: uuid.UUID, origin: Origin, now: datetime) -> tuple[bytes, ...]:
    """Counts an attempt at the second factor, apart from passwords. Raises TooManySignIns.

    Known devices have counters of their own: someone who has the password can't lock its owner out by wrong codes.
    """
    async with own.begin() as session:
        known = await is_known(session, account_id, origin)
        limits = {_bucket("second", str(account_id), f"device:{origin.device}" if known else "strangers"): SECOND}
        seconds = await _count(session, limits, now)
        if seconds:
            note(session, account_id, Noted("refused", "code", origin.browser, known), now)
    if seconds:
        raise TooManySignIns(seconds)
    return tuple(limits)


async def admit_opening(own: Sessions, address: str, now: datetime) -> None:
    """Counts an account which was not opened since its user name or number is taken. Raises TooManySignIns.

    It can't be hidden that a user name is taken; nobody may try out one after another.
    """
    async with own.begin() as session:
        seconds = await _count(session, {_bucket("opening", address): OPENING}, now)
    if seconds:
        raise TooManySignIns(seconds)


async def check_opening(own: Sessions, address: str, now: datetime) -> None:
    """Refuses an address which has tried too many, before it learns anything more. Raises TooManySignIns."""
    async with own() as session:
        row = await session.get(SignInCount, _bucket("opening", address))
    seconds = wait(Count(row.attempts, row.last_at, row.blocked_until), now) if row else 0
    if seconds:
        raise TooManySignIns(seconds)


async def is_known(session: AsyncSession, account_id: uuid.UUID, origin: Origin) -> bool:
    """Whether this browser has signed in to this account before."""
    return origin.device is not None and await queries.knows_device(session, account_id, digest(origin.device))


async def succeed(session: AsyncSession, login: LoginSession, origin: Origin, factor: str, now: datetime) -> str:
    """Keeps a sign-in which is complete; the cookie by which its device is known from now on."""
    known = await is_known(session, login.account_id, origin)
    device = origin.device if known and origin.device else new_secret()
    seen = {
        "address": origin.browser.address[:64],
        "user_agent": origin.browser.user_agent[:200],
        "last_used_at": now,
    }
    login.device_hash = digest(device)
    row = {"account_id": login.account_id, "device_hash": login.device_hash, "first_used_at": now}
    statement = insert(KnownDevice).values(row | seen)
    await session.execute(statement.on_conflict_do_update(index_elements=["account_id", "device_hash"], set_=seen))
    note(session, login.account_id, Noted("succeeded", factor, origin.browser, known), now)
    return device


async def forget_device(session: AsyncSession, caller: Caller, device_id: uuid.UUID, now: datetime) -> None:
    """Forgets one of the caller's devices and ends the log-ins on it. Raises NoSuchDevice, for those of others too."""
    row = await queries.locked_device(session, uuid.UUID(caller.subject), device_id)
    if row is None:
        raise NoSuchDevice
    await session.delete(row)
    await audit.record(session, caller, action="device.forgotten", object_type="account", object_id=row.account_id)
    await sessions.end_own_on(session, caller, row.device_hash, now)


async def forget_devices(session: AsyncSession, account_id: uuid.UUID, *, but: bytes | None = None) -> None:
    """Forgets every device of an account but the one of a hash: whoever had got in with the password is a stranger."""
    others = KnownDevice.account_id == account_id
    if but is not None:
        others &= KnownDevice.device_hash != but
    await session.execute(delete(KnownDevice).where(others))


async def device_of(session: AsyncSession, session_id: str | None, now: datetime) -> bytes | None:
    """The hash by which the device of a live log-in is known."""
    login = await sessions.live(session, session_id, now)
    return login.device_hash if login is not None else None


@dataclass(frozen=True)
class Noted:
    """What the history of an account tells of one event; `factor` is the one which was shown, set up or taken away."""

    outcome: str
    factor: str
    browser: Browser
    known_device: bool = True


def note(session: AsyncSession, account_id: uuid.UUID, what: Noted, now: datetime) -> None:
    """Adds a line to the history which the account's owner sees."""
    session.add(
        SignIn(
            account_id=account_id,
            at=now,
            outcome=what.outcome,
            address=what.browser.address[:64],
            user_agent=what.browser.user_agent[:200],
            known_device=what.known_device,
            factor=what.factor,
        )
    )


async def replace_password(  # noqa: PLR0913 - what is replaced, and what stays
    session: AsyncSession,
    account: Account,
    hashed: str,
    caller: Caller,
    now: datetime,
    *,
    device: bytes | None,
    waiting: bytes | None = None,
) -> None:
    """Sets a new password, ends every log-in but the caller's and forgets every device but his. `waiting` is the
    log-in request in which he does it.
    """
    await set_password(session, account.id, hashed, now)
    await audit.record(session, caller, action="password.changed", object_type="account", object_id=account.id)
    but = caller.session_id
    await sessions.end_all(session, account.id, caller, PASSWORD_CHANGED, now, but=but, waiting=waiting)
    await forget_devices(session, account.id, but=device)  # at last: also that of a log-in which has just come through


@dataclass(frozen=True)
class Change:
    """A change of password: the present one, the new one, the policy which the new one must meet, and where from."""

    present: str
    new: str
    policy: Policy
    browser: Browser


async def change_password(session: AsyncSession, own: Sessions, caller: Caller, change: Change, now: datetime) -> None:
    """Changes the caller's password. Raises WrongPassword, WeakPassword, TooManySignIns."""
    async with own.begin() as reading:
        account = await own_account(reading, caller)
        former = await former_hashes(reading, account.id, change.policy)
    check_new_password(change.new, account, change.policy)
    attempt = Attempt(account.username, change.present, Browser(f"session:{caller.session_id}", ""), None)
    admission = await admit(own, attempt, now)
    if not await verified(admission, attempt):
        raise WrongPassword
    await check_unused(change.new, former)
    hashed = await hash_password(change.new)
    account = await own_account(session, caller, hold=True)
    if await present_hash(session, account.id, replaced=True) != admission.stored_hash:
        raise WrongPassword
    await forgive(session, admission.buckets)
    device = await device_of(session, caller.session_id, now)
    await replace_password(session, account, hashed, caller, now, device=device)
    note(session, account.id, Noted("password_changed", "password", change.browser), now)


async def forget_counts(session: AsyncSession, now: datetime) -> int:
    """Drops counts which no rule looks at any more; how many."""
    old = SignInCount.last_at < now - STRANGERS.longest * 2
    result = await session.execute(delete(SignInCount).where(old).returning(SignInCount.bucket))
    return len(result.all())
