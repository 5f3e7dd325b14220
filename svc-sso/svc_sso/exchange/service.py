"""Tokens for one service: a machine's own (client credentials), or a person's by exchange (RFC 8693)."""

import dataclasses
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.clients.rules import AGENCY, AUDIENCES, FIRST_PARTY, GATEWAY, SSO, audience_at
from svc_sso.clients.service import find
from svc_sso.exchange.rules import ISSUED, told
from svc_sso.grants import queries as grants
from svc_sso.grants.errors import InvalidGrant, InvalidRequest, InvalidTarget, OAuthError
from svc_sso.grants.rules import narrowed
from svc_sso.grants.schemas import TokenOut
from svc_sso.grants.service import TokenRequest
from svc_sso.organisations.service import context_for
from svc_sso.sessions import service as sessions
from svc_sso.sessions.models import LoginSession
from svc_sso.tokens.rules import (
    ACCESS_SECONDS,
    ACCESS_TYPE,
    EXCHANGED_SECONDS,
    Context,
    Issue,
    Subject,
    access_claims,
    act_of,
)
from svc_sso.tokens.service import Issuer, family_of, login_of, new_issue, read_access, sign, subject_of

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a URN of RFC 8693
SYSTEM_KIND = "system"


async def machine_token(session: AsyncSession, issuer: Issuer, request: TokenRequest) -> TokenOut:
    """A token with which a client acts as itself at one audience."""
    client = request.client
    audience = _audience(issuer, request)
    issue = new_issue(issuer, client.id, audience, "", lifetime=ACCESS_SECONDS, jkt=request.jkt)
    subject = Subject(client.id, SYSTEM_KIND, frozenset(client.permissions))
    claims = access_claims(issue, subject, None)
    caller = Caller(subject=client.id, kind=SYSTEM_KIND, client_id=client.id)
    after = told(issue.jti, audience, issue.issued_at)
    await audit.record(session, caller, action=ISSUED, object_type="client", object_id=client.id, after=after)
    return await _answer(session, issuer, claims, request.jkt)


async def _answer(session: AsyncSession, issuer: Issuer, claims: dict[str, Any], jkt: str | None) -> TokenOut:
    return TokenOut(
        access_token=await sign(session, issuer, ACCESS_TYPE, claims),
        token_type="DPoP" if jkt else "Bearer",
        expires_in=max(0, claims["exp"] - claims["iat"]),
        scope=claims["scope"],
    )


async def exchange(session: AsyncSession, issuer: Issuer, request: TokenRequest) -> TokenOut:
    """The token of a person, or of an agency's system, for another audience, for at most 120 s, with what its holder
    may do now.

    A client may exchange only what was issued for itself. A service is named in `act` and gets nothing that lives
    longer than what it brought, so that no chain of exchanges outlives the log-in.
    """
    client = request.client
    audience = _audience(issuer, request)
    claims = await _subject_claims(session, issuer, request)
    by_gateway = client.id == GATEWAY
    act = claims.get("act") if by_gateway else act_of(claims, client.id)
    lifetime, family = EXCHANGED_SECONDS, family_of(claims)
    scope = narrowed(request.form.get("scope"), str(claims.get("scope", "")))
    if scope is None:
        raise OAuthError("invalid_scope", "The scope is wider than that of the subject token.")
    issue = new_issue(issuer, client.id, audience, scope, lifetime=lifetime, family=family, jkt=request.jkt)
    issued = await _exchanged(session, request, issue, claims, act)
    if not by_gateway:
        issued["exp"] = min(issued["exp"], int(claims["exp"]))
    answer = await _answer(session, issuer, issued, request.jkt)
    return answer.model_copy(update={"issued_token_type": ACCESS_TOKEN})


async def _exchanged(
    session: AsyncSession, request: TokenRequest, issue: Issue, claims: dict[str, Any], act: dict[str, Any] | None
) -> dict[str, Any]:
    if claims.get("kind") == SYSTEM_KIND:
        return access_claims(issue, await _machine(session, claims), None, act)
    login = await _live_login(session, claims, request.now)
    account = await accounts.active(session, uuid.UUID(str(claims["sub"])))
    if account is None:
        raise InvalidGrant("The account is disabled.")
    sessions.touch(login, request.now)
    # A service acts within what it was brought; only the gateway knows what the person has chosen.
    asked = request.form.get("org") if request.client.id == GATEWAY else None
    context = await _context(session, account, asked or claims.get("org"))
    subject = subject_of(account)
    if issue.audience == SSO and request.client.id != GATEWAY:
        # What a service may do here for a person needs no permission; an administrator's are not for it.
        subject = dataclasses.replace(subject, permissions=frozenset())
    return access_claims(issue, subject, login_of(login), act, context)


async def _machine(session: AsyncSession, claims: dict[str, Any]) -> Subject:
    """An agency's system, as it is registered now. A token of the platform's own clients is never passed on."""
    client = await find(session, str(claims["sub"]))
    if client is None or client.kind == FIRST_PARTY:
        raise InvalidGrant("This client's tokens are not exchanged.")
    return Subject(client.id, SYSTEM_KIND, frozenset(client.permissions))


async def _context(session: AsyncSession, account: Account, org: str | None) -> Context | None:
    """For whom the person acts, as it is now: a mandate which was revoked gives no token any more."""
    if org is None:
        return None
    context = await context_for(session, account, org)
    if context is None:
        raise InvalidTarget("The person does not act for this enterprise.")
    return context


def _audience(issuer: Issuer, request: TokenRequest) -> str:
    """The audience asked for, by its short name or by the address of its API (RFC 8707). Agencies' systems may leave
    it out: the gateway takes their calls.
    """
    asked = request.form.get("audience")
    if asked is None and "resource" in request.form:
        asked = audience_at(request.form["resource"], issuer.address)
    if asked is None and request.client.kind == AGENCY:
        asked = GATEWAY
    if asked is None:
        raise InvalidRequest("The parameter audience is missing.")
    if asked not in AUDIENCES:
        raise InvalidTarget("There is no such audience.")
    return asked


async def _subject_claims(session: AsyncSession, issuer: Issuer, request: TokenRequest) -> dict[str, Any]:
    form, client = request.form, request.client
    if not form.get("subject_token") or form.get("subject_token_type") != ACCESS_TOKEN:
        raise InvalidRequest("Send an access token as subject_token, and its type.")
    if "actor_token" in form or form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
        raise InvalidRequest("Only access tokens are issued, and the client itself is the actor.")
    claims = await read_access(session, issuer, form["subject_token"])
    if claims is None or claims.get("aud") not in {client.audience, client.id}:
        raise InvalidRequest("The subject token is not a valid one for this client.")
    return claims


async def _live_login(session: AsyncSession, claims: dict[str, Any], now: datetime) -> LoginSession:
    login = await sessions.live(session, claims.get("sid"), now)
    if login is None or str(login.account_id) != claims["sub"]:
        raise InvalidGrant("The log-in has ended.")
    family = family_of(claims)
    if family is not None and not await grants.stands(session, family):
        raise InvalidGrant("The grant was revoked.")
    return login


async def holder(
    session: AsyncSession, claims: dict[str, Any] | None, now: datetime
) -> tuple[dict[str, Any], Any] | None:
    """The claims and account of a person's token whose log-in, grant and account all still stand."""
    if claims is None:
        return None
    try:
        await _live_login(session, claims, now)
        account = await accounts.active(session, uuid.UUID(str(claims["sub"])))
    except (InvalidGrant, ValueError):
        return None
    return (claims, account) if account is not None else None
