"""The pages of a log-in: user name and password, a first password of one's own."""

from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse

from shared.auth import Public
from shared.clock import NowDep
from shared.clock import now as clock
from shared.db import SessionDep
from shared.http import Router
from shared.runtime import RuntimeDep
from svc_sso.clients.errors import OAuthError
from svc_sso.credentials.errors import WeakPassword
from svc_sso.login import service
from svc_sso.oauth.routes import IssuerDep, form_body
from svc_sso.oauth.service import form_of
from svc_sso.oidc import service as requests
from svc_sso.oidc.errors import BadRequestPage
from svc_sso.oidc.models import LoginRequest
from svc_sso.oidc.rules import origin_of
from svc_sso.oidc.service import Entered
from svc_sso.pages import cookies as jar
from svc_sso.pages.browser import Browser, BrowserDep
from svc_sso.pages.cookies import Cookies, CookiesDep, get_settings
from svc_sso.pages.forms import form_token, is_form_token
from svc_sso.pages.render import fault, onwards, page
from svc_sso.settings import Settings
from svc_sso.sign_ins import service as sign_ins
from svc_sso.sign_ins.errors import TooManySignIns
from svc_sso.sign_ins.service import Attempt

router = Router(tags=["oidc"], dependencies=[Public])


@router.get("/oauth2/login", response_class=HTMLResponse)
async def show_login(
    request: Request,
    session: SessionDep,
    cookies: CookiesDep,
    now: NowDep,
    request_id: Annotated[str, Query(alias="request", max_length=64)] = "",
) -> Response:
    """登录页面: the log-in form, for the browser which was sent here by the authorization endpoint."""
    try:
        waiting = await requests.waiting(session, request_id, cookies, now)
    except BadRequestPage as wrong:
        return fault(request, wrong.code)
    return _form(request, waiting, request_id, cookies)


def _form(
    request: Request, waiting: LoginRequest, request_id: str, cookies: Cookies, **content: object
) -> HTMLResponse:
    template = "password.html" if waiting.password_for else "login.html"
    csrf = form_token(cookies.login or "", request_id)
    leads_to = origin_of(str(waiting.params["redirect_uri"]))
    return page(request, template, form_to=leads_to, request_id=request_id, csrf=csrf, **content)  # type: ignore[arg-type]


@router.post(
    "/oauth2/login",
    response_class=HTMLResponse,
    openapi_extra=form_body("request", "csrf", "username", "password", "new_password", "new_password_again"),
)
async def log_in(
    request: Request, session: SessionDep, issuer: IssuerDep, cookies: CookiesDep, browser: BrowserDep,
    runtime: RuntimeDep,
) -> Response:  # fmt: skip
    """登录: checks user name and password, begins the session, and leads back to the application."""
    now = clock()
    try:
        form = await form_of(request)
        request_id = form.get("request", "")
        if not is_form_token(form.get("csrf", ""), cookies.login, request_id):
            raise BadRequestPage("expired")
        # Looked at in a session of its own: no connection is held while the password is checked.
        async with runtime.sessions() as reading:
            waiting = await requests.waiting(reading, request_id, cookies, now)
        step = _new_password if waiting.password_for else _password
        return await step(request, session, issuer, (form, cookies, browser, waiting))
    except OAuthError:
        return fault(request, "malformed")
    except BadRequestPage as wrong:
        return fault(request, wrong.code)


Step = tuple[dict[str, str], Cookies, Browser, LoginRequest]


async def _password(request: Request, session: SessionDep, issuer: IssuerDep, step: Step) -> Response:
    form, cookies, browser, waiting = step
    now, settings = clock(), get_settings(request)
    attempt = Attempt(form.get("username", ""), form.get("password", ""), browser, cookies.device)
    try:
        admission, right = await service.check_attempt(request.app.state.runtime.sessions, attempt, now)
    except TooManySignIns as wait:
        shown = _form(request, waiting, form["request"], cookies, message="too_many", seconds=wait.retry_after)
        shown.status_code = 429
        shown.headers["Retry-After"] = str(wait.retry_after)
        return shown
    account, device = await sign_ins.accept(session, admission, attempt, now) if right else (None, "")
    if account is None:
        await sign_ins.refuse(session, admission, attempt, now)
        shown = _form(request, waiting, form["request"], cookies, message="wrong")
        shown.status_code = 401
        shown.headers["WWW-Authenticate"] = 'Form realm="yiwang"'
        return shown
    locked = await requests.waiting(session, form["request"], cookies, now, lock=True)
    response: Response
    if admission.must_change:
        locked.password_for = account.id
        response = _form(request, locked, form["request"], cookies)
    else:
        await service.leave_old(session, cookies, now)
        entered = await requests.enter(session, issuer, locked, account, browser, now)
        response = _in(entered, settings)
    jar.give(response, jar.DEVICE, device, secure=settings.secure)
    return response


def _in(entered: Entered, settings: Settings) -> Response:
    response = onwards(entered.location)
    jar.give(response, jar.SESSION, entered.session_secret, secure=settings.secure)
    return response


async def _new_password(request: Request, session: SessionDep, issuer: IssuerDep, step: Step) -> Response:
    form, cookies, browser, waiting = step
    now = clock()
    new = form.get("new_password", "")
    assert waiting.password_for is not None
    if new != form.get("new_password_again"):
        return _form(request, waiting, form["request"], cookies, message="different")
    locked = await requests.waiting(session, form["request"], cookies, now, lock=True)
    try:
        account = await service.first_password(session, locked, waiting.password_for, new, now)
    except WeakPassword as weak:
        return _form(request, waiting, form["request"], cookies, message=weak.detail)
    await service.leave_old(session, cookies, now)
    entered = await requests.enter(session, issuer, locked, account, browser, now)
    return _in(entered, get_settings(request))
