"""The own second factors, for pages of others; svc-sso has pages of its own for all of it."""

import uuid

from fastapi import Response, status

from shared.auth import Caller, StepUpRequired, at_least
from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, Router
from svc_sso.access import FreshCaller
from svc_sso.accounts.service import own_account
from svc_sso.factors import queries, service
from svc_sso.factors.rules import ACR_MFA
from svc_sso.factors.schemas import (
    AuthenticatorBegun,
    AuthenticatorIn,
    FactorAdded,
    FactorsOut,
    PasskeyBegun,
    PasskeyIn,
    RecoveryCodesOut,
    shown,
)
from svc_sso.factors.service import Holder
from svc_sso.pages.browser import Browser, BrowserDep
from svc_sso.pages.cookies import SettingsDep

router = Router(prefix="/v1/me", tags=["factors"])
NO_STORE = "no-store"

# No answer here is kept for a repetition: each holds a secret which is shown once.


async def holder_of(session: SessionDep, caller: Caller, browser: Browser) -> Holder:
    """The caller as one who sets up factors; who has a second factor must have shown it in this log-in."""
    account = await own_account(session, caller)
    if (await queries.owned(session, account.id)).any and not at_least(caller.acr, ACR_MFA):
        raise StepUpRequired(ACR_MFA, None)
    return Holder(account, f"session:{caller.session_id}", browser, caller.session_id)


@router.get("/factors", response_model=FactorsOut)
async def list_factors(caller: FreshCaller, session: SessionDep) -> FactorsOut:
    """我的登录验证方式: the own second factors."""
    account = await own_account(session, caller)
    apps, keys = await queries.authenticators(session, account.id), await queries.passkeys(session, account.id)
    owned = await queries.owned(session, account.id)
    items = [shown(app) for app in apps] + [shown(key) for key in keys]
    return FactorsOut(items=items, recovery_codes=owned.recovery_codes)


@router.post("/factors/authenticator", response_model=AuthenticatorBegun, openapi_extra=IDEMPOTENCY_NONE)
async def begin_authenticator(
    caller: FreshCaller, session: SessionDep, browser: BrowserDep, response: Response, now: NowDep
) -> AuthenticatorBegun:
    """开始设置验证器: the secret for an authenticator app; ten minutes to send a code of it."""
    secret, uri = await service.begin_authenticator(session, await holder_of(session, caller, browser), now)
    response.headers["Cache-Control"] = NO_STORE
    return AuthenticatorBegun(secret=secret, uri=uri)


@router.post(
    "/factors/authenticator/confirmation",
    status_code=status.HTTP_201_CREATED,
    response_model=FactorAdded,
    openapi_extra=IDEMPOTENCY_NONE,
)
async def finish_authenticator(
    body: AuthenticatorIn, caller: FreshCaller, session: SessionDep, browser: BrowserDep, response: Response
) -> FactorAdded:
    """完成设置验证器: adds the app whose code was sent; with the first factor come recovery codes."""
    holder = await holder_of(session, caller, browser)
    app, codes = await service.finish_authenticator(session, holder, body.code, body.label)
    response.headers["Cache-Control"], response.headers["Location"] = NO_STORE, "/v1/me/factors"
    return FactorAdded(factor=shown(app), recovery_codes=codes)


@router.post("/factors/passkey", response_model=PasskeyBegun, openapi_extra=IDEMPOTENCY_NONE)
async def begin_passkey(
    caller: FreshCaller, session: SessionDep, browser: BrowserDep, settings: SettingsDep, now: NowDep
) -> PasskeyBegun:
    """开始创建通行密钥: what `navigator.credentials.create` wants to know."""
    holder = await holder_of(session, caller, browser)
    return PasskeyBegun(options=await service.begin_passkey(session, holder, settings.origin, now))


@router.post(
    "/factors/passkey/confirmation",
    status_code=status.HTTP_201_CREATED,
    response_model=FactorAdded,
    openapi_extra=IDEMPOTENCY_NONE,
)
async def finish_passkey(
    body: PasskeyIn, caller: FreshCaller, session: SessionDep, browser: BrowserDep, settings: SettingsDep,
    response: Response,
) -> FactorAdded:  # fmt: skip
    """完成创建通行密钥: adds the passkey which the browser made."""
    holder = await holder_of(session, caller, browser)
    key, codes = await service.finish_passkey(session, holder, settings.origin, body.credential, body.label)
    response.headers["Cache-Control"], response.headers["Location"] = NO_STORE, "/v1/me/factors"
    return FactorAdded(factor=shown(key), recovery_codes=codes)


@router.delete("/factors/{factor_id}", status_code=status.HTTP_204_NO_CONTENT, response_model=None)
async def remove_factor(
    factor_id: uuid.UUID, caller: FreshCaller, session: SessionDep, browser: BrowserDep, now: NowDep
) -> None:
    """移除登录验证方式: takes a second factor away; staff keep at least one."""
    await service.remove(session, await holder_of(session, caller, browser), factor_id, now)


@router.post("/recovery-codes", response_model=RecoveryCodesOut, openapi_extra=IDEMPOTENCY_NONE)
async def make_recovery_codes(
    caller: FreshCaller, session: SessionDep, browser: BrowserDep, response: Response, now: NowDep
) -> RecoveryCodesOut:
    """重新生成恢复码: new recovery codes; those before do not hold any more."""
    codes = await service.new_codes(session, await holder_of(session, caller, browser), now)
    response.headers["Cache-Control"] = NO_STORE
    return RecoveryCodesOut(recovery_codes=codes)
