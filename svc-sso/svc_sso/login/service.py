"""The steps of a log-in, behind its pages."""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.db import Sessions
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.credentials.rules import check_password
from svc_sso.credentials.service import hash_password
from svc_sso.oidc.errors import BadRequestPage
from svc_sso.oidc.models import LoginRequest
from svc_sso.pages.cookies import Cookies
from svc_sso.sessions import service as sessions
from svc_sso.sessions.rules import REPLACED
from svc_sso.sign_ins import service as sign_ins
from svc_sso.sign_ins.service import Admission, Attempt


async def check_attempt(own: Sessions, attempt: Attempt, now: datetime) -> tuple[Admission, bool]:
    """Whether the password is right, with what is known of the attempt. Raises TooManySignIns."""
    admission = await sign_ins.admit(own, attempt, now)
    return admission, await sign_ins.verified(admission, attempt)


async def leave_old(session: AsyncSession, cookies: Cookies, now: datetime) -> None:
    """Ends the log-in which this browser had before: its secret is never carried over."""
    old = await sessions.of_cookie(session, cookies.session, now)
    if old is not None:
        caller = Caller(subject=str(old.account_id), kind="person", session_id=str(old.id))
        await sessions.end(session, old, caller, REPLACED, now)


async def first_password(
    session: AsyncSession, request: LoginRequest, account_id: uuid.UUID, password: str, now: datetime
) -> Account:
    """Replaces a given-out password by the person's own. Raises WeakPassword."""
    account = await accounts.active(session, account_id)
    if account is None:
        raise BadRequestPage("expired")
    check_password(password, account.username)
    hashed = await hash_password(password)
    caller = Caller(subject=str(account.id), kind=account.kind)
    await sign_ins.replace_password(session, account, hashed, caller, now)
    return account
