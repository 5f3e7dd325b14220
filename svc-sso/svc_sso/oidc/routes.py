"""OpenID Connect for browsers: authorization."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from shared.auth import Public
from shared.clock import now as clock
from shared.db import SessionDep
from shared.http import Router
from svc_sso.clients.errors import OAuthError
from svc_sso.credentials.service import new_secret
from svc_sso.oauth.routes import IssuerDep, form_body
from svc_sso.oauth.rules import single_values
from svc_sso.oauth.service import form_of
from svc_sso.oidc import service
from svc_sso.oidc.errors import BadRequestPage, RedirectedError
from svc_sso.oidc.rules import with_params
from svc_sso.pages import cookies as jar
from svc_sso.pages.cookies import Cookies, CookiesDep, SettingsDep
from svc_sso.pages.render import FAULT, fault, onwards
from svc_sso.settings import Settings

router = Router(tags=["oidc"], dependencies=[Public])
LONGEST_ADDRESS = 6000
"""Above this a form is answered as it came: no browser, proxy or server in between need take a longer address."""


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
    again = with_params("/oauth2/authorize", dict(pairs))
    if cookies.session is None and cookies.login is None and len(again) <= LONGEST_ADDRESS:
        # With a form of another site comes no cookie of ours: who is logged in shows when the browser asks.
        return onwards(again)
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
        params = await service.unpacked(session, single_values(pairs), now)
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
