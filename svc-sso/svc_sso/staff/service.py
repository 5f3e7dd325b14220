"""What the security administrator does with staff accounts."""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, outbox
from shared.auth import Caller
from shared.clock import now as clock
from shared.errors import FieldError, Forbidden, NotFound
from shared.events.sso import AccessChangedV1
from shared.http import check_version
from svc_sso.access import ADMINISTER
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.errors import OwnAccess, RegionUnknown, UnitUnknown, UsernameTaken
from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import STAFF, check_roles, check_username, normalized_username, permissions_of
from svc_sso.accounts.service import keep_new, own_account
from svc_sso.credentials.service import hash_password, new_secret, set_password
from svc_sso.factors import service as factors
from svc_sso.sessions import service as sessions
from svc_sso.sessions.rules import DISABLED, RESET
from svc_sso.sign_ins import service as sign_ins
from svc_sso.staff.models import Unit
from svc_sso.staff.schemas import StaffIn, StaffPatch

ACCESS_FIELDS = ("unit", "region", "roles")


async def check_still_administrator(session: AsyncSession, caller: Caller) -> None:
    """Refuses a token whose holder is no security administrator any more: here a change counts at once.

    Held, so that of two who take each other's rights away one is too late.
    """
    account = await own_account(session, caller, hold=True)
    if ADMINISTER not in permissions_of(account.kind, account.roles):
        raise Forbidden(permission=ADMINISTER)


async def member(session: AsyncSession, account_id: uuid.UUID) -> Account:
    """A member of staff. Raises NotFound, for people's accounts too."""
    account = await session.get(Account, account_id)
    if account is None or account.kind != STAFF:
        raise NotFound
    return account


async def create(session: AsyncSession, caller: Caller, body: StaffIn, now: datetime) -> tuple[Account, str]:
    """A new member of staff and the password for the first log-in."""
    username = normalized_username(body.username)
    check_username(username, STAFF)
    check_roles(body.roles)
    initial = new_secret()
    hashed = await hash_password(initial)
    await check_still_administrator(session, caller)
    if await accounts.by_username(session, username) is not None:
        raise UsernameTaken
    unit = await _unit(session, body.unit, body.region)
    account = Account(
        kind=STAFF,
        username=username,
        name=body.name,
        phone=body.phone,
        unit=unit.code,
        region=unit.region,
        roles=sorted(set(body.roles)),
    )
    await keep_new(session, account, hashed, now, by=caller, must_change=True)
    return account, initial


async def change(
    session: AsyncSession, caller: Caller, account_id: uuid.UUID, body: StaffPatch, version: int
) -> Account:
    """Changes unit, region, roles or standing; tokens issued before are told to be old, sessions end when disabled."""
    now = clock()
    await check_still_administrator(session, caller)
    account = await accounts.locked(session, account_id)
    if account is None or account.kind != STAFF:
        raise NotFound
    if str(account.id) == caller.subject:
        raise OwnAccess
    check_version(account, version)
    before = _access_of(account)
    await _apply(session, account, body, now)
    await session.flush()
    after = _access_of(account)
    if after == before:
        return account
    await audit.record(
        session,
        caller,
        action="access.changed",
        object_type="account",
        object_id=account.id,
        before=before,
        after=after,
    )
    await outbox.publish(session, AccessChangedV1(account_id=account.id))
    if account.disabled_at is not None:
        await sessions.end_all(session, account.id, caller, DISABLED, now)
    return account


async def reset_factors(session: AsyncSession, caller: Caller, account_id: uuid.UUID, now: datetime) -> str:
    """Takes a member of staff's second factors away and ends the log-ins; the one-time secret for new ones."""
    account = await _other_member(session, caller, account_id)
    secret = await factors.reset(session, caller, account, now)
    await sign_ins.forget_devices(session, account.id)
    await sessions.end_all(session, account.id, caller, RESET, now)
    return secret


async def reset_password(session: AsyncSession, caller: Caller, account_id: uuid.UUID, now: datetime) -> str:
    """Gives a member of staff a one-time password and ends the log-ins."""
    initial = new_secret()
    hashed = await hash_password(initial)
    account = await _other_member(session, caller, account_id)
    await set_password(session, account.id, hashed, now, must_change=True)
    await sign_ins.forget_devices(session, account.id)
    await audit.record(session, caller, action="password.reset", object_type="account", object_id=account.id)
    await sessions.end_all(session, account.id, caller, RESET, now)
    return initial


async def _other_member(session: AsyncSession, caller: Caller, account_id: uuid.UUID) -> Account:
    await check_still_administrator(session, caller)
    account = await accounts.locked(session, account_id)
    if account is None or account.kind != STAFF:
        raise NotFound
    if str(account.id) == caller.subject:
        raise OwnAccess
    return account


async def _apply(session: AsyncSession, account: Account, body: StaffPatch, now: datetime) -> None:
    if body.roles is not None:
        check_roles(body.roles)
        account.roles = sorted(set(body.roles))
    if body.unit is not None or body.region is not None:
        unit = await _unit(session, body.unit or account.unit, body.region)
        account.unit, account.region = unit.code, unit.region
    if body.disabled is not None and body.disabled != (account.disabled_at is not None):
        account.disabled_at = now if body.disabled else None


def _access_of(account: Account) -> dict[str, object]:
    facts: dict[str, object] = {name: getattr(account, name) for name in ACCESS_FIELDS}
    return facts | {"disabled": account.disabled_at is not None}


async def _unit(session: AsyncSession, code: str | None, region: str | None) -> Unit:
    """The unit of a member of staff. Its region is his; another one may not be given beside it."""
    unit = await session.get(Unit, code) if code else None
    if unit is None:
        message = f"没有单位 {code} / there is no unit {code}"
        raise UnitUnknown(message, errors=[FieldError("/unit", "unit_unknown", message)])
    if region is not None and region != unit.region:
        message = f"{unit.code} 的行政区划是 {unit.region} / the unit's region is {unit.region}"
        raise RegionUnknown(message, errors=[FieldError("/region", "region_unknown", message)])
    return unit
