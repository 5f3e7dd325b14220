"""OpenID Connect for browsers: authorization, and what the provider tells of itself."""

from fastapi import Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from shared.auth import Public
from shared.clock import now as clock
from shared.db import SessionDep
from shared.http import Router
from svc_sso.clients.errors import OAuthError
from svc_sso.clients.rules import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, EXCHANGE, REFRESH
from svc_sso.credentials.service import new_secret
from svc_sso.keys.service import load
from svc_sso.oauth.routes import IssuerDep, form_body
from svc_sso.oauth.rules import single_values
from svc_sso.oauth.service import form_of
from svc_sso.oidc import service
from svc_sso.oidc.errors import BadRequestPage, RedirectedError
from svc_sso.oidc.rules import metadata
from svc_sso.pages import cookies as jar
from svc_sso.pages.cookies import Cookies, CookiesDep, SettingsDep
from svc_sso.pages.render import FAULT, fault, onwards
from svc_sso.settings import Settings

router = Router(tags=["oidc"], dependencies=[Public])


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
        found = await service.authorize(session, issuer, params, cookies, now)
    except RedirectedError as error:
        return onwards(service.refusal(issuer, params, error))
    if isinstance(found, str):
        return onwards(found)
    browser = cookies.login or new_secret()
    request_id = await service.wait_for_login(session, params, browser, found, now)
    response = onwards(f"/oauth2/login?request={request_id}")
    jar.give(response, jar.LOGIN, browser, secure=settings.secure)
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
