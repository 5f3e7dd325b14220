"""A person's way through the provider: from the request, by the log-in, to the code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.accounts import queries as accounts
from svc_sso.accounts.rules import STAFF
from svc_sso.clients.errors import OAuthError
from svc_sso.clients.models import Client
from svc_sso.clients.rules import AGENCY, AUTHORIZATION_CODE
from svc_sso.clients.service import find
from svc_sso.consents import service as consents
from svc_sso.consents.rules import Wish, wish_of
from svc_sso.credentials.rules import digest
from svc_sso.credentials.service import new_secret
from svc_sso.factors.rules import ACR_MFA, ACR_ORDER, ACR_PASSWORD, lowest
from svc_sso.grants.service import CodeRequest, issue_code
from svc_sso.oidc import queries
from svc_sso.oidc.errors import BadRequestPage, RedirectedError
from svc_sso.oidc.models import LoginRequest
from svc_sso.oidc.rules import (
    KEPT,
    PUSHED,
    REQUEST_LIFETIME,
    RETURN_TO,
    SUBJECT,
    asked_acrs,
    asked_subject,
    check,
    claims_of,
    granted_scope,
    needs_login,
    with_params,
)
from svc_sso.pages.cookies import Cookies
from svc_sso.pushed.rules import is_pushed
from svc_sso.pushed.service import burn, params_of
from svc_sso.sessions import service as sessions
from svc_sso.sessions.models import LoginSession
from svc_sso.tokens.rules import ID_TYPE
from svc_sso.tokens.service import Issuer, read


@dataclass(frozen=True)
class Lack:
    """What is missing before the code: a first proof anew (`fresh`), or only more of a log-in that stands."""

    login: LoginSession | None
    fresh: bool
    subject: str | None = None


async def client_of(session: AsyncSession, params: Mapping[str, str]) -> Client:
    """The client of a request with one of its own addresses, compared character by character."""
    client = await find(session, params.get("client_id", "")[:64])
    if client is None:
        raise BadRequestPage("unknown_client")
    if params.get("redirect_uri") not in client.redirect_uris:
        raise BadRequestPage("wrong_redirect")
    return client


async def unpacked(session: AsyncSession, params: Mapping[str, str], now: datetime) -> dict[str, str]:
    """The request which a browser brings: as it stands, or as its client has pushed it under a name (RFC 9126)."""
    uri = params.get("request_uri", "")
    if not is_pushed(uri):
        return {name: value for name, value in params.items() if name != PUSHED}
    client = await find(session, params.get("client_id", "")[:64])
    found = await params_of(session, client, uri, now) if client is not None else None
    if found is None:
        raise BadRequestPage("expired")
    return found | {PUSHED: uri}


async def authorize(
    session: AsyncSession, issuer: Issuer, params: Mapping[str, str], cookies: Cookies, now: datetime
) -> str | Lack:
    """Where the browser goes with a code, or what the person must show or say first. Raises RedirectedError."""
    client = await client_of(session, params)
    check(params)
    if AUTHORIZATION_CODE not in client.grant_types:
        raise RedirectedError("unauthorized_client", "The client is not registered for this grant type.")
    if PUSHED not in params and (client.require_pushed_authorization_requests or client.kind == AGENCY):
        raise RedirectedError("invalid_request", "This client must push its requests (RFC 9126).")
    subject = await _subject(session, issuer, params)
    login = await sessions.of_cookie(session, cookies.session, now)
    account = await accounts.active(session, login.account_id) if login else None
    if login is None or account is None or (subject is not None and subject != str(account.id)):
        return _lack(params, Lack(None, True, subject), "login_required")
    if needs_login(params, login.authenticated_at, now):
        return _lack(params, Lack(login, True, subject), "login_required")
    if is_weak(login.acr, account.kind, asked_acrs(params)):
        return _lack(params, Lack(login, False, subject), "login_required")
    if await consents.is_due(session, account.id, client, wish_of_request(params), params.get("prompt", "")):
        return _lack(params, Lack(login, False, subject), "consent_required")
    sessions.touch(login, now)
    return await with_code(session, issuer, params, login, now)


async def _subject(session: AsyncSession, issuer: Issuer, params: Mapping[str, str]) -> str | None:
    """Whom the client expects: by name in `claims`, or by an ID token of before. A foreign hint fits nobody."""
    if "id_token_hint" not in params:
        return asked_subject(params)
    hint = await read(session, issuer, params["id_token_hint"], ID_TYPE, expired=True)
    if hint is None:
        raise RedirectedError("invalid_request", "The id_token_hint is not an ID token of this provider.")
    return asked_subject(params) or str(hint["sub"])


def _lack(params: Mapping[str, str], lack: Lack, error: str) -> Lack:
    if params.get("prompt") == "none":
        raise RedirectedError(error, "The person must be asked, and prompt=none forbids it.")
    return lack


def is_weak(acr: str, kind: str, asked: Iterable[str]) -> bool:
    """Whether a log-in is of a lower class than a client asks for, or than staff need for anything at all."""
    wanted = lowest(asked) or (ACR_MFA if kind == STAFF else ACR_PASSWORD)
    return ACR_ORDER.index(acr) < ACR_ORDER.index(wanted)


def wish_of_request(params: Mapping[str, str]) -> Wish:
    """What a request asks to know of the person."""
    return wish_of(granted_scope(params["scope"]), claims_of(params))


async def with_code(
    session: AsyncSession, issuer: Issuer, params: Mapping[str, str], login: LoginSession, now: datetime
) -> str:
    """The client's address with a new code; with a refusal for a pushed request which was answered before."""
    claims = claims_of(params)
    if PUSHED in params and not await burn(session, params["client_id"], params[PUSHED], now):
        return refusal(issuer, params, OAuthError("invalid_request_uri", "The pushed request was answered before."))
    asked = CodeRequest(
        client_id=params["client_id"],
        redirect_uri=params["redirect_uri"],
        scope=granted_scope(params["scope"]),
        code_challenge=params["code_challenge"],
        nonce=params.get("nonce"),
        claims=dict(claims) if claims else None,
        dpop_jkt=params.get("dpop_jkt"),
    )
    code = await issue_code(session, asked, login, now)
    return with_params(asked.redirect_uri, {"code": code, "state": params.get("state"), "iss": issuer.name})


def refusal(issuer: Issuer, params: Mapping[str, str], error: OAuthError) -> str:
    """The client's address with an error (RFC 6749, 4.1.2.1; RFC 9207)."""
    told = {"error": error.code, "error_description": error.description}
    return with_params(params["redirect_uri"], {**told, "state": params.get("state"), "iss": issuer.name})


async def wait_for_login(
    session: AsyncSession, params: Mapping[str, str], browser: str, lack: Lack, now: datetime
) -> str:
    """Keeps a request until the person has shown what is missing; the id under which the pages find it.

    Without a client in `params` it is a log-in to the own pages.
    """
    request_id, login = new_secret(), lack.login
    kept: dict[str, object] = {name: params[name] for name in (*KEPT, RETURN_TO, PUSHED) if name in params}
    if lack.subject:
        kept[SUBJECT] = lack.subject
    session.add(
        LoginRequest(
            id_hash=digest(request_id),
            browser_hash=digest(browser),
            client_id=params.get("client_id"),
            params=kept,
            expires_at=now + REQUEST_LIFETIME,
            session_id=login.id if login else None,
            account_id=login.account_id if login and not lack.fresh else None,
            amr=list(login.amr) if login and not lack.fresh else [],
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


async def answer(
    session: AsyncSession, issuer: Issuer, request: LoginRequest, login: LoginSession, now: datetime
) -> str:
    """Where the browser goes once the person is in. A request is answered once; the wrong person gets no code."""
    params = {name: str(value) for name, value in request.params.items()}
    await session.delete(request)
    if request.client_id is None:
        return params[RETURN_TO]
    if params.get(SUBJECT, str(login.account_id)) != str(login.account_id):
        return refusal(issuer, params, OAuthError("login_required", "Another person has logged in."))
    return await with_code(session, issuer, params, login, now)


async def forget_requests(session: AsyncSession, now: datetime) -> int:
    """Drops requests which nobody answered in time; how many."""
    old = LoginRequest.expires_at < now
    result = await session.execute(delete(LoginRequest).where(old).returning(LoginRequest.client_id))
    return len(result.all())
