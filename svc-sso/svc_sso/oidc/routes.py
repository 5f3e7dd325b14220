"""OpenID Connect for browsers: authorization, the log-in pages, log-out, and what the provider tells of itself."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from shared.auth import Public
from shared.clock import NowDep
from shared.clock import now as clock
from shared.db import SessionDep
from shared.http import Router
from shared.runtime import RuntimeDep
from svc_sso.clients.errors import OAuthError
from svc_sso.clients.rules import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, EXCHANGE, REFRESH
from svc_sso.credentials.errors import WeakPassword
from svc_sso.credentials.service import new_secret
from svc_sso.keys.service import load
from svc_sso.oauth.routes import NO_STORE, IssuerDep, form_body, refused
from svc_sso.oauth.rules import single_values
from svc_sso.oauth.service import client_of as authenticated_client
from svc_sso.oauth.service import form_of
from svc_sso.oidc import service
from svc_sso.oidc.errors import BadRequestPage, RedirectedError
from svc_sso.oidc.models import LoginRequest
from svc_sso.oidc.rules import form_token, is_form_token, metadata, origin_of, with_params
from svc_sso.oidc.service import Cookies, Entered
from svc_sso.pages import cookies as jar
from svc_sso.pages.render import page
from svc_sso.sessions.service import Browser
from svc_sso.settings import Settings
from svc_sso.sign_ins import service as sign_ins
from svc_sso.sign_ins.errors import TooManySignIns
from svc_sso.sign_ins.service import Attempt

router = Router(tags=["oidc"], dependencies=[Public])
LOGOUT_PURPOSE = "logout"


def get_settings(request: Request) -> Settings:
    """The settings of the service which answers this request."""
    settings: Settings = request.app.state.runtime.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings)]


def get_cookies(request: Request, settings: SettingsDep) -> Cookies:
    """What the browser holds of us."""
    names = (jar.SESSION, jar.LOGIN, jar.DEVICE)
    return Cookies(*(jar.read(request, name, secure=settings.secure) for name in names))


PAGE: dict[int | str, dict[str, Any]] = {
    400: {"description": "A page which says what is wrong", "content": {"text/html": {"schema": {"type": "string"}}}}
}

CookiesDep = Annotated[Cookies, Depends(get_cookies)]


def get_browser(request: Request) -> Browser:
    """Where the request comes from. The gateway writes X-Forwarded-For anew; only its last entry is believed."""
    forwarded = request.headers.get("x-forwarded-for", "").rsplit(",", 1)[-1].strip()
    address = forwarded or (request.client.host if request.client else "")
    return Browser(address, request.headers.get("user-agent", ""))


BrowserDep = Annotated[Browser, Depends(get_browser)]


def fault(request: Request, code: str) -> HTMLResponse:
    """A page which says what is wrong and leads nowhere."""
    return page(request, "message.html", status=400, heading="fault_title", message=code)


def onwards(address: str) -> RedirectResponse:
    """Sends the browser on by 303, so that no form, least of all a password, is sent again (RFC 9700, 4.12)."""
    return RedirectResponse(address, status_code=303, headers={**NO_STORE, "Referrer-Policy": "no-referrer"})


@router.get("/oauth2/authorize", response_class=RedirectResponse, status_code=303, responses=PAGE)
async def authorize(
    request: Request, session: SessionDep, issuer: IssuerDep, cookies: CookiesDep, settings: SettingsDep
) -> Response:
    """授权端点: asks who the person is; answers with a code, at once or after the log-in (PKCE S256 demanded)."""
    return await _authorize(request, session, issuer, cookies, settings, list(request.query_params.multi_items()))


@router.post(
    "/oauth2/authorize",
    response_class=RedirectResponse,
    status_code=303,
    responses=PAGE,
    openapi_extra=form_body("response_type", "client_id", "redirect_uri", "scope", "code_challenge"),
)
async def authorize_by_post(
    request: Request, session: SessionDep, issuer: IssuerDep, cookies: CookiesDep, settings: SettingsDep
) -> Response:
    """授权端点: the same with the parameters in a form."""
    try:
        pairs = list((await form_of(request)).items())
    except OAuthError:
        return fault(request, "malformed")
    return await _authorize(request, session, issuer, cookies, settings, pairs)


async def _authorize(
    request: Request,
    session: SessionDep,
    issuer: IssuerDep,
    cookies: Cookies,
    settings: Settings,
    pairs: list[tuple[str, str]],
) -> Response:
    now = clock()
    try:
        params = single_values(pairs)
        await service.client_of(session, params)
    except OAuthError:
        return fault(request, "malformed")
    except BadRequestPage as wrong:
        return fault(request, wrong.code)
    try:
        location = await service.authorize(session, issuer, params, cookies, now)
    except RedirectedError as error:
        told = {"error": error.code, "error_description": error.description}
        return onwards(with_params(params["redirect_uri"], {**told, "state": params.get("state"), "iss": issuer.name}))
    if location is not None:
        return onwards(location)
    browser = cookies.login or new_secret()
    request_id = await service.wait_for_login(session, params, browser, now)
    response = onwards(f"/oauth2/login?request={request_id}")
    jar.give(response, jar.LOGIN, browser, secure=settings.secure)
    return response


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
        waiting = await service.waiting(session, request_id, cookies, now)
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
            waiting = await service.waiting(reading, request_id, cookies, now)
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
    locked = await service.waiting(session, form["request"], cookies, now, lock=True)
    response: Response
    if admission.must_change:
        locked.password_for = account.id
        response = _form(request, locked, form["request"], cookies)
    else:
        await service.leave_old(session, cookies, now)
        entered = await service.enter(session, issuer, locked, account, browser, now)
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
    locked = await service.waiting(session, form["request"], cookies, now, lock=True)
    try:
        account = await service.first_password(session, locked, waiting.password_for, new, now)
    except WeakPassword as weak:
        return _form(request, waiting, form["request"], cookies, message=weak.detail)
    await service.leave_old(session, cookies, now)
    entered = await service.enter(session, issuer, locked, account, browser, now)
    return _in(entered, get_settings(request))


@router.get("/oauth2/logout", response_class=HTMLResponse)
async def log_out(
    request: Request, session: SessionDep, issuer: IssuerDep, cookies: CookiesDep, settings: SettingsDep
) -> Response:
    """退出登录: ends the session which `id_token_hint` names; asks the person first when there is none."""
    try:
        params = single_values(request.query_params.multi_items())
    except OAuthError:
        return fault(request, "malformed")
    return await _log_out(request, session, issuer, (params, cookies, settings))


@router.post(
    "/oauth2/logout",
    response_class=HTMLResponse,
    openapi_extra=form_body("id_token_hint", "post_logout_redirect_uri", "state", "refresh_token", "csrf"),
)
async def log_out_by_post(
    request: Request, session: SessionDep, issuer: IssuerDep, cookies: CookiesDep, settings: SettingsDep
) -> Response:
    """退出登录: the same by form; a client which sends a refresh token and proves itself ends the log-in behind it."""
    now = clock()
    try:
        form = await form_of(request) if request.headers.get("content-type") else {}
        if "refresh_token" in form:
            client = await authenticated_client(session, request, form)
            await service.end_by_token(session, issuer, client, form["refresh_token"], now)
            return JSONResponse({}, headers=NO_STORE)
    except OAuthError as error:
        return refused(error)
    if is_form_token(form.get("csrf", ""), cookies.session, LOGOUT_PURPOSE):
        await service.end_by_cookie(session, cookies, now)
        return _out(request, settings)
    return await _log_out(request, session, issuer, (form, cookies, settings))


async def _log_out(
    request: Request, session: SessionDep, issuer: IssuerDep, what: tuple[dict[str, str], Cookies, Settings]
) -> Response:
    params, cookies, settings = what
    hinted = await service.hinted_session(session, issuer, params.get("id_token_hint"))
    client_id = params.get("client_id", hinted[2] if hinted else "")
    if ("id_token_hint" in params and hinted is None) or (hinted and hinted[2] != client_id):
        return page(request, "message.html", status=400, heading="logout_title", message="bad_logout")
    wanted = params.get("post_logout_redirect_uri")
    address = await service.post_logout_address(session, client_id, wanted) if wanted and hinted else None
    if wanted and address is None:
        return page(request, "message.html", status=400, heading="logout_title", message="bad_logout")
    if hinted is None and cookies.session:
        # Without a hint anyone could have sent the browser here: the person is asked.
        return page(request, "logout.html", csrf=form_token(cookies.session, LOGOUT_PURPOSE))
    if hinted is not None:
        await service.end_by_hint(session, hinted, clock())
    return _out(request, settings, with_params(address, {"state": params.get("state")}) if address else None)


def _out(request: Request, settings: Settings, address: str | None = None) -> Response:
    response: Response
    if address is None:
        response = page(request, "message.html", heading="logged_out_title", message="logged_out")
    else:
        response = onwards(address)
    jar.take(response, jar.SESSION, secure=settings.secure)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@router.get("/oauth2/jwks")
async def show_keys(session: SessionDep, issuer: IssuerDep) -> JSONResponse:
    """公钥: the keys which verify tokens; the next one is here before it signs."""
    cache = await load(session, issuer.keys)
    keys = [key.as_dict(private=False) for key in cache.public.keys]
    return JSONResponse({"keys": keys}, headers={"Cache-Control": "public, max-age=60"})


@router.get("/.well-known/openid-configuration")
@router.get("/.well-known/oauth-authorization-server", operation_id="oauth_authorization_server")
async def describe(settings: SettingsDep) -> JSONResponse:
    """服务发现: the provider's description of itself (OpenID Connect Discovery, RFC 8414)."""
    grants = (AUTHORIZATION_CODE, REFRESH, CLIENT_CREDENTIALS, EXCHANGE)
    document = metadata(settings.issuer, settings.origin, grants)
    return JSONResponse(document, headers={"Cache-Control": "public, max-age=300"})
