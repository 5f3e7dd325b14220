"""What staff do for people's accounts: let someone in again who has shown a document, and close one that is misused."""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, outbox
from shared.auth import Caller
from shared.errors import NotFound
from shared.events.sso import AccessChangedV1
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import PERSON
from svc_sso.assistance.schemas import RecoveryIn
from svc_sso.credentials.service import hash_password, new_secret, set_password
from svc_sso.factors import service as factors
from svc_sso.pages.browser import Browser
from svc_sso.sessions import service as sessions
from svc_sso.sessions.rules import DISABLED, RESET
from svc_sso.sign_ins import service as sign_ins
from svc_sso.sign_ins.service import Noted
from svc_sso.staff.service import check_still_administrator
from svc_sso.verifications import service as verifications


async def recover(session: AsyncSession, caller: Caller, body: RecoveryIn, now: datetime) -> tuple[Account, str]:
    """A one-time password for someone who was seen with a document; every log-in and known device of before is over.

    It counts as a check in person. Raises DocumentDiffers.
    """
    initial = new_secret()
    hashed = await hash_password(initial)
    seen = await verifications.check_at_counter(session, caller, body, now)
    account = await accounts.locked(session, seen.account_id)
    assert account is not None
    await set_password(session, account.id, hashed, now, must_change=True)
    await audit.record(session, caller, action="password.reset", object_type="account", object_id=account.id)
    sign_ins.note(session, account.id, Noted("password_changed", "password", Browser("", "")), now)
    if body.second_factors:
        await factors.clear(session, caller, account, now)
    await sign_ins.forget_devices(session, account.id)
    await sessions.end_all(session, account.id, caller, RESET, now)
    return account, initial


async def suspend(
    session: AsyncSession, caller: Caller, account_id: uuid.UUID, reason: str | None, now: datetime
) -> Account:
    """Lets nobody use a person's account, or with no reason lets it be used again; nothing happens the second time."""
    await check_still_administrator(session, caller)
    account = await accounts.locked(session, account_id)
    if account is None or account.kind != PERSON:
        raise NotFound
    suspended = reason is not None
    if suspended is (account.disabled_at is not None):
        return account
    account.disabled_at = now if suspended else None
    await session.flush()
    await audit.record(
        session, caller, action="access.changed", object_type="account", object_id=account.id,
        before={"disabled": not suspended}, after={"disabled": suspended}, reason=reason,
    )  # fmt: skip
    await outbox.publish(session, AccessChangedV1(account_id=account.id, revokes=suspended))
    if suspended:
        await sessions.end_all(session, account.id, caller, DISABLED, now)
    return account
