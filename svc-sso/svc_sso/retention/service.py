"""Forgetting what has been over for long. The audit keeps that it happened, and by whom."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.grants.models import AuthorizationCode, Grant, RefreshToken
from svc_sso.notices.models import LogoutNotice
from svc_sso.retention.rules import first_id
from svc_sso.sessions.models import LoginSession
from svc_sso.sign_ins.models import KnownDevice, SignIn


async def forget_sessions(session: AsyncSession, before: datetime, limit: int) -> int:
    """Forgets log-ins which ended before an instant, with all that hangs on them; how many log-ins."""
    over = (
        select(LoginSession.id)
        .where(LoginSession.ended_at < before)
        .order_by(LoginSession.ended_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(await session.scalars(over))
    if ids:
        grants = select(Grant.id).where(Grant.session_id.in_(ids))
        for query in (
            delete(AuthorizationCode).where(AuthorizationCode.session_id.in_(ids)),
            delete(RefreshToken).where(RefreshToken.grant_id.in_(grants)),
            delete(Grant).where(Grant.session_id.in_(ids)),
            delete(LogoutNotice).where(LogoutNotice.session_id.in_(ids)),
            delete(LoginSession).where(LoginSession.id.in_(ids)),
        ):
            await session.execute(query.execution_options(synchronize_session=False))
    return len(ids)


async def forget_history(session: AsyncSession, before: datetime, limit: int) -> int:
    """Forgets attempts to sign in which were made before an instant; how many."""
    old = select(SignIn.id).where(SignIn.id < first_id(before)).order_by(SignIn.id).limit(limit)
    query = delete(SignIn).where(SignIn.id.in_(old)).returning(SignIn.id)
    return len((await session.execute(query.execution_options(synchronize_session=False))).all())


async def forget_devices(session: AsyncSession, before: datetime) -> None:
    """Forgets browsers which have not signed in since an instant."""
    query = delete(KnownDevice).where(KnownDevice.last_used_at < before)
    await session.execute(query.execution_options(synchronize_session=False))
