"""OpenID Connect for browsers: authorization, log-out, and what the provider tells of itself."""

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from shared.auth import Public
from shared.clock import now as clock
from shared.db import SessionDep
from shared.http import Router
from svc_sso.clients.errors import OAuthError
from svc_sso.clients.rules import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, EXCHANGE, REFRESH
from svc_sso.credentials.service import new_secret
from svc_sso.keys.service import load
from svc_sso.oauth.routes import NO_STORE, IssuerDep, form_body, refused
from svc_sso.oauth.rules import single_values
from svc_sso.oauth.service import client_of as authenticated_client
from svc_sso.oauth.service import form_of
from svc_sso.oidc import service
from svc_sso.oidc.errors import BadRequestPage, RedirectedError
from svc_sso.oidc.rules import metadata, with_params
from svc_sso.pages import cookies as jar
from svc_sso.pages.cookies import Cookies, CookiesDep, SettingsDep
from svc_sso.pages.forms import form_token, is_form_token
from svc_sso.pages.render import FAULT, fault, onwards, page
from svc_sso.settings import Settings

router = Router(tags=["oidc"], dependencies=[Public])
LOGOUT_PURPOSE = "logout"


@router.get("/oauth2/authorize", response_class=RedirectResponse, status_code=303, responses=FAULT)
async def authorize(
    request: Request, session: SessionDep, issuer: IssuerDep, cookies: CookiesDep, settings: SettingsDep
) -> Response:
    """授权端点: asks who the person is; answers with a code, at once or after the log-in (PKCE S256 demanded)."""
    return await _authorize(request, session, issuer, cookies, settings, list(request.query_params.multi_items()))


@router.post(
    "/oauth2/authorize",
    response_class=RedirectResponse,
    status_code=303,
    responses=FAULT,
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
