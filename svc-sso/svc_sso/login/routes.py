"""The pages of a log-in. One address, one form at a time; which one is decided by what was shown so far.

A step is checked before the row of its request is locked, and taken down under that lock, if it still is the step.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller, Public
from shared.clock import now as clock
from shared.db import SessionDep, Sessions
from shared.errors import DomainError
from shared.http import Router
from shared.runtime import RuntimeDep
from svc_sso.accounts.service import policy_of
from svc_sso.clients.errors import OAuthError
from svc_sso.consents import service as consents
from svc_sso.credentials.errors import WeakPassword
from svc_sso.factors import service as factors
from svc_sso.factors.rules import CHANGE, CODE, CONSENT, DONE, ENROL, IDENTIFY, KEY, SECOND, with_method
from svc_sso.factors.service import Holder
from svc_sso.login import service
from svc_sso.login.rules import challenge_for
from svc_sso.login.schemas import consent_content
from svc_sso.login.service import Stage, Visit, params_of
from svc_sso.oauth.routes import IssuerDep, form_body
from svc_sso.oauth.service import form_of
from svc_sso.oidc import service as requests
from svc_sso.oidc.errors import BadRequestPage
from svc_sso.oidc.models import LoginRequest
from svc_sso.oidc.rules import origin_of
from svc_sso.pages import cookies as jar
from svc_sso.pages.browser import BrowserDep
from svc_sso.pages.cookies import CookiesDep, SettingsDep
from svc_sso.pages.forms import form_token, is_form_token
from svc_sso.pages.qr import qr_code
from svc_sso.pages.render import SCRIPT, fault, onwards, page, texts_for
from svc_sso.sign_ins import service as sign_ins
from svc_sso.sign_ins.errors import TooManySignIns
from svc_sso.sign_ins.service import Attempt, Noted, Origin

router = Router(tags=["oidc"], dependencies=[Public])
TEMPLATES = {
    IDENTIFY: "login.html", SECOND: "second.html", CHANGE: "password.html", ENROL: "enrol.html",
    CONSENT: "consent.html", DONE: "continue.html",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One form which was sent: by whom, with what, in which state of the log-in."""

    request: Request
    session: AsyncSession
    visit: Visit
    request_id: str
    waiting: LoginRequest
    stage: Stage
    form: dict[str, str]
    now: datetime
    own: Sessions

    @property
    def holder(self) -> Holder:
        """The person as one who sets up a factor in this log-in."""
        assert self.stage.account is not None
        return Holder(self.stage.account, f"login:{self.request_id}", self.visit.origin.browser)

    @property
    def challenge(self) -> bytes:
        """What a passkey signs in this log-in."""
        return challenge_for(self.visit.cookies.login or "", self.request_id)


def get_visit(issuer: IssuerDep, cookies: CookiesDep, browser: BrowserDep, settings: SettingsDep) -> Visit:
    """Who is at the door."""
    return Visit(cookies, Origin(browser, cookies.device), issuer, settings)


VisitDep = Annotated[Visit, Depends(get_visit)]


@router.get("/oauth2/login", response_class=HTMLResponse)
async def show_login(
    request: Request,
    session: SessionDep,
    visit: VisitDep,
    request_id: Annotated[str, Query(alias="request", max_length=64)] = "",
) -> Response:
    """登录页面: the form of the next step, for the browser which was sent here by the authorization endpoint."""
    now = clock()
    try:
        waiting = await requests.waiting(session, request_id, visit.cookies, now)
        stage = await service.stage_of(session, waiting, visit.cookies, now)
        return await _show(
            Step(request, session, visit, request_id, waiting, stage, {}, now, request.app.state.runtime.sessions)
        )
    except BadRequestPage as wrong:
        return fault(request, wrong.code)


@router.get("/oauth2/passkey.js", response_class=Response)
async def show_script() -> Response:
    """通行密钥脚本: the one script of the pages; everything but passkeys works without it."""
    return Response(SCRIPT, media_type="text/javascript", headers={"Cache-Control": "public, max-age=300"})


@router.post(
    "/oauth2/login",
    response_class=HTMLResponse,
    openapi_extra=form_body(
        "request", "csrf", "step", "username", "password", "code", "credential", "label", "new_password",
        "new_password_again", "decision", "cancel",
    ),
)  # fmt: skip
async def log_in(request: Request, session: SessionDep, visit: VisitDep, runtime: RuntimeDep) -> Response:
    """登录: checks what was shown, asks for what is missing, then begins the session and leads back."""
    now, cookies = clock(), visit.cookies
    try:
        form = await form_of(request)
        request_id = form.get("request", "")
        if not is_form_token(form.get("csrf", ""), cookies.login, request_id):
            raise BadRequestPage("expired")
        # Looked at in a session of its own: no connection is held while a password is checked.
        async with runtime.sessions() as reading:
            waiting = await requests.waiting(reading, request_id, cookies, now)
            stage = await service.stage_of(reading, waiting, cookies, now)
        step = Step(request, session, visit, request_id, waiting, stage, form, now, runtime.sessions)
        if "cancel" in form:
            return await _cancel(step)
        if form.get("step", stage.step) != stage.step:
            return await _show(step)
        return await STEPS[stage.step](step)
    except service.Overtaken:
        return onwards(f"/oauth2/login?request={request_id}")
    except OAuthError:
        return fault(request, "malformed")
    except BadRequestPage as wrong:
        return fault(request, wrong.code)


async def _locked(step: Step) -> Step:
    waiting = await service.locked(step.session, step.request_id, step.visit.cookies, step.stage, step.now)
    return replace(step, waiting=waiting)


async def _cancel(step: Step) -> Response:
    locked = (await _locked(step)).waiting
    await step.session.delete(locked)
    if locked.client_id is None:
        return page(step.request, "message.html", heading="cancelled_title", message="cancelled")
    params = params_of(locked)
    await requests.client_of(step.session, params)
    return onwards(requests.refusal(step.visit.issuer, params, OAuthError("access_denied", "The person said no.")))


async def _identify(step: Step) -> Response:
    if step.form.get("credential"):
        return await _passkey(step)
    form, visit, now = step.form, step.visit, step.now
    attempt = Attempt(form.get("username", ""), form.get("password", ""), visit.origin.browser, visit.cookies.device)
    try:
        admission, right = await service.check_attempt(step.own, attempt, now)
    except TooManySignIns as wait:
        shown = await _show(step, message="too_many", seconds=wait.retry_after)
        return _refused(shown, 429, {"Retry-After": str(wait.retry_after)})
    locked = await _locked(step)
    if not right or not await service.password_shown(step.session, locked.waiting, admission, visit, now):
        await sign_ins.refuse(step.session, admission, attempt, now)
        return _wrong(await _show(step, message="wrong"))
    return await _proceed(locked)


def _refused(shown: Response, status: int, headers: dict[str, str]) -> Response:
    shown.status_code = status
    shown.headers.update(headers)
    return shown


def _wrong(shown: Response) -> Response:
    return _refused(shown, 401, {"WWW-Authenticate": 'Form realm="yiwang"'})


async def _passkey(step: Step) -> Response:
    locked = await _locked(step)
    whose = await factors.check_passkey(
        step.session, step.visit.settings.origin, step.challenge, step.form["credential"], step.now
    )
    if whose is None or not await service.key_shown(step.session, locked.waiting, whose, step.now):
        return _wrong(await _show(step, message="wrong_passkey"))
    return await _proceed(locked)


async def _second(step: Step) -> Response:
    if step.form.get("credential"):
        return await _passkey(step)
    assert step.stage.account is not None
    account_id = step.stage.account.id
    try:
        buckets = await sign_ins.admit_second(step.own, account_id, step.visit.origin, step.now)
    except TooManySignIns as wait:
        # The half-finished log-in is over: after the wait the password must be shown again.
        await step.session.delete((await _locked(step)).waiting)
        told = page(step.request, "message.html", heading="fault_title", message="locked", seconds=wait.retry_after)
        return _refused(told, 429, {"Retry-After": str(wait.retry_after)})
    locked = await _locked(step)
    factor = await factors.check_code(step.session, account_id, step.form.get("code", ""), step.now)
    if factor is None:
        known = await sign_ins.is_known(step.session, account_id, step.visit.origin)
        noted = Noted("failed", "code", step.visit.origin.browser, known)
        sign_ins.note(step.session, account_id, noted, step.now)
        return _wrong(await _show(step, message="wrong_code"))
    await sign_ins.forgive(step.session, buckets)
    service.code_shown(step.session, locked.waiting, factor, step.visit.origin, step.now)
    return await _proceed(locked)


async def _change(step: Step) -> Response:
    new, account = step.form.get("new_password", ""), step.stage.account
    assert account is not None
    if new != step.form.get("new_password_again"):
        return await _show(step, message="different")
    try:
        hashed = await service.checked_password(step.own, account, new, step.visit)
    except WeakPassword as weak:
        return await _show(step, message=weak.detail)
    locked = await _locked(step)
    await service.new_password(step.session, locked.waiting, account, hashed, step.visit)
    return await _proceed(locked)


async def _enrol(step: Step) -> Response:
    locked, form, texts = await _locked(step), step.form, texts_for(step.request)
    try:
        if form.get("credential"):
            origin = step.visit.settings.origin
            key = form["credential"]
            made: Any = await factors.finish_passkey(step.session, step.holder, origin, key, texts["factor_passkey"])
            method = KEY
        else:
            label = form.get("label", "").strip() or texts["authenticator"]
            made = await factors.finish_authenticator(step.session, step.holder, form.get("code", ""), label)
            method = CODE
    except DomainError as refusal:
        return _refused(await _show(step, message=refusal.code), refusal.status, {})
    locked.waiting.amr = with_method(locked.waiting.amr, method)
    await step.session.flush()
    if made[1]:
        return await _show(replace(locked, stage=replace(step.stage, step=DONE)), codes=made[1])
    return await _proceed(locked)


async def _consent(step: Step) -> Response:
    if step.form.get("decision") != "allow":
        return await _cancel(step)
    assert step.stage.account is not None
    assert step.stage.client is not None
    locked = await _locked(step)
    account = step.stage.account
    caller = Caller(subject=str(account.id), kind=account.kind)
    wish = requests.wish_of_request(params_of(locked.waiting))
    await consents.give(step.session, caller, step.stage.client.id, wish, step.now)
    locked.waiting.consented = True
    return await _proceed(locked)


async def _go_on(step: Step) -> Response:
    return await _proceed(await _locked(step))


STEPS: dict[str, Callable[[Step], Awaitable[Response]]] = {
    IDENTIFY: _identify, SECOND: _second, CHANGE: _change, ENROL: _enrol, CONSENT: _consent, DONE: _go_on,
}  # fmt: skip


async def _proceed(step: Step) -> Response:
    """Asks for what is missing next, or lets the person in."""
    await step.session.flush()
    stage = await service.stage_of(step.session, step.waiting, step.visit.cookies, step.now)
    if stage.step != DONE or stage.account is None:
        return await _show(replace(step, stage=stage))
    entered = await service.finish(step.session, step.waiting, stage.account, step.visit, step.now)
    response, secure = onwards(entered.location), step.visit.settings.secure
    for name, value in ((jar.SESSION, entered.session_secret), (jar.DEVICE, entered.device_secret)):
        if value is not None:
            jar.give(response, name, value, secure=secure)
    return response


async def _show(step: Step, **content: Any) -> HTMLResponse:
    params = params_of(step.waiting)
    build = CONTENTS.get(step.stage.step)
    content = {"codes": None, **(await build(step, params) if build else {}), **content}
    leads_to = origin_of(params["redirect_uri"]) if "redirect_uri" in params else None
    return page(
        step.request,
        TEMPLATES[step.stage.step],
        form_to=leads_to,
        locales=params.get("ui_locales"),
        request_id=step.request_id,
        csrf=form_token(step.visit.cookies.login or "", step.request_id),
        step=step.stage.step,
        **content,
    )


async def _identify_content(step: Step, params: dict[str, str]) -> dict[str, Any]:
    options = await factors.passkey_options(step.session, step.visit.settings.origin, step.challenge, None)
    hint = step.form.get("username") or params.get("login_hint", "")
    return {"username": hint[:64], "passkey": options}


async def _second_content(step: Step, _params: dict[str, str]) -> dict[str, Any]:
    account, owned = step.stage.account, step.stage.owned
    assert account is not None
    options = partial(factors.passkey_options, step.session, step.visit.settings.origin, step.challenge)
    return {"passkey": await options(account.id) if owned.passkeys else None, "owned": owned, "name": account.username}


async def _change_content(step: Step, _params: dict[str, str]) -> dict[str, Any]:
    assert step.stage.account is not None
    policy = policy_of(step.visit.settings, step.stage.account.kind)
    return {"reason": f"password_{step.waiting.password_due}", "policy": policy}


async def _enrol_content(step: Step, _params: dict[str, str]) -> dict[str, Any]:
    secret, uri = await factors.begin_authenticator(step.session, step.holder, step.now)
    options = await factors.begin_passkey(step.session, step.holder, step.visit.settings.origin, step.now)
    spaced = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    return {"secret": spaced, "qr": qr_code(uri), "passkey": json.dumps(options), "name": step.holder.account.username}


async def _consent_content(step: Step, params: dict[str, str]) -> dict[str, Any]:
    assert step.stage.client is not None
    texts = texts_for(step.request, params.get("ui_locales"))
    return consent_content(step.stage.client, requests.wish_of_request(params), texts)


CONTENTS: dict[str, Callable[[Step, dict[str, str]], Awaitable[dict[str, Any]]]] = {
    IDENTIFY: _identify_content, SECOND: _second_content, CHANGE: _change_content, ENROL: _enrol_content,
    CONSENT: _consent_content,
}  # fmt: skip
