"""Beginning, using and ending a log-in."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, outbox
from shared.auth import Caller
from shared.events.sso import SessionEndedV1
from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import STAFF
from svc_sso.credentials.rules import digest
from svc_sso.credentials.service import new_secret
from svc_sso.notices import service as notices
from svc_sso.pages.browser import Browser
from svc_sso.sessions import queries
from svc_sso.sessions.errors import NoSuchSession
from svc_sso.sessions.models import LoginSession
from svc_sso.sessions.rules import ENDED_BY_SELF, TOUCH_EVERY, Limits, Proof, end_of
from svc_sso.settings import Settings


def limits_of(settings: Settings, kind: str) -> Limits:
    """How long a log-in of this kind of account lasts, by the settings."""
    if kind == STAFF:
        idle, hours = settings.session_idle_minutes_staff, settings.session_hours_staff
    else:
        idle, hours = settings.session_idle_minutes_person, settings.session_hours_person
    return Limits(timedelta(minutes=idle), timedelta(hours=hours))


async def begin(
    session: AsyncSession, account: Account, proof: Proof, limits: Limits, browser: Browser
) -> tuple[LoginSession, str]:
    """A new session with a new secret, which goes into the cookie and nowhere else."""
    secret = new_secret()
    row = LoginSession(
        account_id=account.id,
        secret_hash=digest(secret),
        acr=proof.acr,
        amr=list(proof.amr),
        authenticated_at=proof.at,
        last_seen_at=proof.at,
        expires_at=proof.at + limits.absolute,
        idle_seconds=int(limits.idle.total_seconds()),
        address=browser.address[:64],
        user_agent=browser.user_agent[:200],
    )
    session.add(row)
    await session.flush()
    who = Caller(subject=str(account.id), kind=account.kind)
    after = {"acr": proof.acr, "amr": list(proof.amr)}
    await audit.record(session, who, action="session.begun", object_type="session", object_id=row.id, after=after)
    return row, secret


async def strengthen(session: AsyncSession, row: LoginSession, kind: str, proof: Proof, now: datetime) -> str:
    """The same session after more was shown, under a new secret: the old one opens nothing any more (ASVS 7.2.4)."""
    secret = new_secret()
    before = {"acr": row.acr, "amr": list(row.amr)}
    row.secret_hash, row.acr, row.amr = digest(secret), proof.acr, list(proof.amr)
    row.authenticated_at, row.last_seen_at = proof.at, now
    await session.flush()
    who = Caller(subject=str(row.account_id), kind=kind, session_id=str(row.id))
    await audit.record(
        session,
        who,
        action="session.strengthened",
        object_type="session",
        object_id=row.id,
        before=before,
        after={"acr": proof.acr, "amr": list(proof.amr)},
    )
    return secret


def is_live(row: LoginSession, now: datetime) -> bool:
    """Whether a session has neither been ended nor run out."""
    return row.ended_at is None and _end(row, now) is None


def _end(row: LoginSession, now: datetime) -> str | None:
    idle = timedelta(seconds=row.idle_seconds)
    return end_of(now, expires_at=row.expires_at, last_seen_at=row.last_seen_at, idle=idle)


async def of_cookie(session: AsyncSession, secret: str | None, now: datetime) -> LoginSession | None:
    """The live session of a cookie."""
    row = await queries.by_secret(session, digest(secret)) if secret else None
    return row if row is not None and is_live(row, now) else None


async def live(session: AsyncSession, session_id: object, now: datetime) -> LoginSession | None:
    """The live session of a token's `sid`."""
    try:
        key = uuid.UUID(str(session_id))
    except ValueError:
        return None
    row = await session.get(LoginSession, key, populate_existing=True)
    return row if row is not None and is_live(row, now) else None


def touch(row: LoginSession, now: datetime) -> None:
    """Notes that the session is in use."""
    if now - row.last_seen_at >= TOUCH_EVERY:
        row.last_seen_at = now


async def end(session: AsyncSession, row: LoginSession, caller: Caller, reason: str, now: datetime) -> None:
    """Ends a session and tells everyone who holds something of it; nothing happens when it is over already.

    It is locked for that: of two who end it at once, as a log-out and an administrator, the second finds it over.
    """
    if await queries.locked(session, row.id) is None or row.ended_at is not None:
        return
    row.ended_at, row.ended_reason = now, reason
    await session.flush()
    await notices.write(session, row.id)
    await audit.record(session, caller, action="session.ended", object_type="session", object_id=row.id, reason=reason)
    await outbox.publish(session, SessionEndedV1(session_id=row.id, account_id=row.account_id, reason=reason))


async def end_own(session: AsyncSession, caller: Caller, session_id: uuid.UUID, reason: str, now: datetime) -> None:
    """Ends one of the caller's sessions. Raises NoSuchSession also for those of others."""
    row = await queries.locked(session, session_id)
    if row is None or str(row.account_id) != caller.subject or row.ended_at is not None:
        raise NoSuchSession
    await end(session, row, caller, reason, now)


async def end_all(  # noqa: PLR0913 - what is ended, and what is not
    session: AsyncSession,
    account_id: uuid.UUID,
    caller: Caller,
    reason: str,
    now: datetime,
    *,
    but: str | None = None,
    waiting: bytes | None = None,
) -> int:
    """Ends every session of an account but one; how many. What was shown in a log-in which is not through yet counts
    no more, but for the request `waiting`. Those first: who finishes one right now has his session ended too.
    """
    await queries.void_waiting(session, account_id, but=but, waiting=waiting)
    rows = (await session.scalars(queries.open_of(account_id).with_for_update())).all()
    ended = [row for row in rows if str(row.id) != but]
    for row in ended:
        await end(session, row, caller, reason, now)
    return len(ended)


async def end_own_on(session: AsyncSession, caller: Caller, device_hash: bytes, now: datetime) -> None:
    """Ends the caller's sessions on the device of a hash."""
    query = queries.open_of(uuid.UUID(caller.subject)).where(LoginSession.device_hash == device_hash)
    for row in (await session.scalars(query.with_for_update())).all():
        await end(session, row, caller, ENDED_BY_SELF, now)


async def end_overdue(session: AsyncSession, caller: Caller, now: datetime, limit: int) -> int:
    """Ends sessions that time has ended; how many."""
    rows = await queries.overdue(session, now, limit)
    for row in rows:
        await end(session, row, caller, _end(row, now) or "expired", now)
    return len(rows)
