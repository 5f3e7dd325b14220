"""A person's way through the provider: from the request, by the log-in, to the code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.clients.models import Client
from svc_sso.clients.rules import AUTHORIZATION_CODE
from svc_sso.clients.service import find
from svc_sso.credentials.rules import digest
from svc_sso.credentials.service import new_secret
from svc_sso.grants.service import CodeRequest, issue_code
from svc_sso.oidc import queries
from svc_sso.oidc.errors import BadRequestPage, RedirectedError
from svc_sso.oidc.models import LoginRequest
from svc_sso.oidc.rules import KEPT, REQUEST_LIFETIME, check, granted_scope, needs_login, with_params
from svc_sso.pages.browser import Browser
from svc_sso.pages.cookies import Cookies
from svc_sso.sessions import service as sessions
from svc_sso.sessions.models import LoginSession
from svc_sso.sign_ins.service import PASSWORD_ACR
from svc_sso.tokens.rules import ID_TYPE
from svc_sso.tokens.service import Issuer, read


@dataclass(frozen=True)
class Entered:
    """A person is in: where the browser goes on, and the secrets which it takes along."""

    location: str
    session_secret: str
    device_secret: str | None


async def client_of(session: AsyncSession, params: Mapping[str, str]) -> Client:
    """The client of a request with one of its own addresses, compared character by character."""
    client = await find(session, params.get("client_id", "")[:64])
    if client is None:
        raise BadRequestPage("unknown_client")
    if params.get("redirect_uri") not in client.redirect_uris:
        raise BadRequestPage("wrong_redirect")
    return client


async def authorize(
    session: AsyncSession, issuer: Issuer, params: Mapping[str, str], cookies: Cookies, now: datetime
) -> str | None:
    """Where the browser goes with a code, or None when the person must log in first. Raises RedirectedError."""
    client = await client_of(session, params)
    check(params)
    if AUTHORIZATION_CODE not in client.grant_types:
        raise RedirectedError("unauthorized_client", "The client is not registered for this grant type.")
    login = await sessions.of_cookie(session, cookies.session, now)
    account = await accounts.active(session, login.account_id) if login else None
    standing = login if account is not None else None
    if standing is not None and "id_token_hint" in params:
        hint = await read(session, issuer, params["id_token_hint"], ID_TYPE, expired=True)
        standing = standing if hint and hint["sub"] == str(standing.account_id) else None
    if not needs_login(params, standing.authenticated_at if standing else None, now):
        assert standing is not None
        sessions.touch(standing, now)
        return await _with_code(session, issuer, params, standing, now)
    if params.get("prompt") == "none":
        raise RedirectedError("login_required", "The person is not logged in.")
    return None


async def _with_code(
    session: AsyncSession, issuer: Issuer, params: Mapping[str, str], login: LoginSession, now: datetime
) -> str:
    asked = CodeRequest(
        client_id=params["client_id"],
        redirect_uri=params["redirect_uri"],
        scope=granted_scope(params["scope"]),
        code_challenge=params["code_challenge"],
        nonce=params.get("nonce"),
    )
    code = await issue_code(session, asked, login, now)
    return with_params(asked.redirect_uri, {"code": code, "state": params.get("state"), "iss": issuer.name})


async def wait_for_login(session: AsyncSession, params: Mapping[str, str], browser: str, now: datetime) -> str:
    """Keeps a request until the person has logged in; the id under which the page finds it."""
    request_id = new_secret()
    session.add(
        LoginRequest(
            id_hash=digest(request_id),
            browser_hash=digest(browser),
            client_id=params["client_id"],
            params={name: params[name] for name in KEPT if name in params},
            expires_at=now + REQUEST_LIFETIME,
        )
    )
    await session.flush()
    return request_id


async def waiting(
    session: AsyncSession, request_id: str, cookies: Cookies, now: datetime, *, lock: bool = False
) -> LoginRequest:
    """The request which waits for this browser's log-in. Raises BadRequestPage."""
    browser = digest(cookies.login or "")
    found = await queries.waiting(session, digest(request_id), browser, now, lock=lock) if cookies.login else None
    if found is None:
        raise BadRequestPage("expired")
    return found


async def enter(
    session: AsyncSession, issuer: Issuer, request: LoginRequest, account: Account, browser: Browser, now: datetime
) -> Entered:
    """Begins the session and answers the request which waited; it can't be answered twice."""
    params = {name: str(value) for name, value in request.params.items()}
    await client_of(session, params)
    login, secret = await sessions.begin(session, account, PASSWORD_ACR, browser, now)
    await session.delete(request)
    location = await _with_code(session, issuer, params, login, now)
    return Entered(location, secret, None)


async def forget_requests(session: AsyncSession, now: datetime) -> int:
    """Drops requests which nobody answered in time; how many."""
    old = LoginRequest.expires_at < now
    result = await session.execute(delete(LoginRequest).where(old).returning(LoginRequest.client_id))
    return len(result.all())
