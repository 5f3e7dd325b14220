"""A person's way through the provider: from the request, by the log-in, to the code; and out again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.clients.models import Client
from svc_sso.clients.rules import AUTHORIZATION_CODE
from svc_sso.clients.service import find
from svc_sso.credentials.rules import digest
from svc_sso.credentials.service import new_secret
from svc_sso.grants.service import CodeRequest, family_of_token, issue_code
from svc_sso.oidc import queries
from svc_sso.oidc.errors import BadRequestPage, RedirectedError
from svc_sso.oidc.models import LoginRequest
from svc_sso.oidc.rules import KEPT, REQUEST_LIFETIME, check, granted_scope, needs_login, with_params
from svc_sso.pages.browser import Browser
from svc_sso.pages.cookies import Cookies
from svc_sso.sessions import service as sessions
from svc_sso.sessions.models import LoginSession
from svc_sso.sessions.rules import LOGGED_OUT
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


async def hinted_session(session: AsyncSession, issuer: Issuer, hint: str | None) -> tuple[str, str, str] | None:
    """Session, person and client of an ID token of ours, however old; None for anything else."""
    claims = await read(session, issuer, hint, ID_TYPE, expired=True) if hint else None
    return (str(claims.get("sid")), str(claims["sub"]), str(claims["aud"])) if claims else None


async def end_by_hint(session: AsyncSession, hinted: tuple[str, str, str], now: datetime) -> None:
    """Ends the session which an ID token names, if it still goes on."""
    sid, sub, client_id = hinted
    login = await sessions.live(session, sid, now)
    if login is not None and str(login.account_id) == sub:
        caller = Caller(subject=sub, kind="person", session_id=sid, client_id=client_id)
        await sessions.end(session, login, caller, LOGGED_OUT, now)


async def end_by_cookie(session: AsyncSession, cookies: Cookies, now: datetime) -> None:
    """Ends the session of this browser."""
    login = await sessions.of_cookie(session, cookies.session, now)
    if login is not None:
        caller = Caller(subject=str(login.account_id), kind="person", session_id=str(login.id))
        await sessions.end(session, login, caller, LOGGED_OUT, now)


async def end_by_token(session: AsyncSession, issuer: Issuer, client: Client, token: str, now: datetime) -> None:
    """Ends the session behind a client's refresh token; an unknown one is no error."""
    grant = await family_of_token(session, issuer, client, token)
    login = await sessions.live(session, grant.session_id, now) if grant else None
    if login is not None:
        caller = Caller(subject=str(login.account_id), kind="person", session_id=str(login.id), client_id=client.id)
        await sessions.end(session, login, caller, LOGGED_OUT, now)


async def post_logout_address(session: AsyncSession, client_id: str, address: str | None) -> str | None:
    """`address` when it is exactly one which the client registered for the time after a log-out."""
    client = await find(session, client_id)
    return address if client is not None and address in client.post_logout_redirect_uris else None


async def forget_requests(session: AsyncSession, now: datetime) -> int:
    """Drops requests which nobody answered in time; how many."""
    old = LoginRequest.expires_at < now
    result = await session.execute(delete(LoginRequest).where(old).returning(LoginRequest.client_id))
    return len(result.all())
