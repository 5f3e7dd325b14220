"""Tokens for one service: a machine's own (client credentials), or a person's by exchange (RFC 8693)."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.clients.models import Client
from svc_sso.clients.rules import AUDIENCES, GATEWAY
from svc_sso.grants import queries as grants
from svc_sso.grants.errors import InvalidGrant, InvalidRequest, InvalidTarget
from svc_sso.grants.schemas import TokenOut
from svc_sso.organisations.service import context_for
from svc_sso.sessions import service as sessions
from svc_sso.sessions.models import LoginSession
from svc_sso.tokens.rules import ACCESS_SECONDS, ACCESS_TYPE, EXCHANGED_SECONDS, Context, Subject, access_claims, act_of
from svc_sso.tokens.service import Issuer, family_of, login_of, new_issue, read_access, sign, subject_of

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a URN of RFC 8693
SYSTEM_KIND = "system"


async def machine_token(session: AsyncSession, issuer: Issuer, client: Client, form: dict[str, str]) -> TokenOut:
    """A token with which a client acts as itself at one audience."""
    audience = _audience(form)
    issue = new_issue(issuer, client.id, audience, "", lifetime=ACCESS_SECONDS)
    subject = Subject(client.id, SYSTEM_KIND, frozenset(client.permissions))
    claims = access_claims(issue, subject, None, None)
    token = await sign(session, issuer, ACCESS_TYPE, claims)
    return TokenOut(access_token=token, expires_in=ACCESS_SECONDS, scope=issue.scope)


async def exchange(
    session: AsyncSession, issuer: Issuer, client: Client, form: dict[str, str], now: datetime
) -> TokenOut:
    """The person's token for another audience, for at most 120 s, with what the account may do now.

    A client may exchange only what was issued for itself. A service is named in `act` and gets nothing that lives
    longer than what it brought, so that no chain of exchanges outlives the log-in.
    """
    audience = _audience(form)
    claims = await _subject_claims(session, issuer, client, form)
    login = await _live_login(session, claims, now)
    account = await accounts.active(session, uuid.UUID(str(claims["sub"])))
    if account is None:
        raise InvalidGrant("The account is disabled.")
    sessions.touch(login, now)
    by_gateway = client.id == GATEWAY
    scope, family = str(claims.get("scope", "")), family_of(claims)
    issue = new_issue(issuer, client.id, audience, scope, lifetime=EXCHANGED_SECONDS, family=family)
    act = claims.get("act") if by_gateway else act_of(claims, client.id)
    asked = form.get("org") if by_gateway else None  # a service acts within what it was brought
    context = await _context(session, account, asked or claims.get("org"))
    issued = access_claims(issue, subject_of(account), login_of(login), act, context)
    if not by_gateway:
        issued["exp"] = min(issued["exp"], int(claims["exp"]))
    return TokenOut(
        access_token=await sign(session, issuer, ACCESS_TYPE, issued),
        expires_in=max(0, issued["exp"] - issued["iat"]),
        scope=scope,
        issued_token_type=ACCESS_TOKEN,
    )


async def _context(session: AsyncSession, account: Account, org: str | None) -> Context | None:
    """For whom the person acts, as it is now: a mandate which was revoked gives no token any more."""
    if org is None:
        return None
    context = await context_for(session, account, org)
    if context is None:
        raise InvalidTarget("The person does not act for this enterprise.")
    return context


def _audience(form: dict[str, str]) -> str:
    audience = form.get("audience")
    if not audience:
        raise InvalidRequest("The parameter audience is missing.")
    if audience not in AUDIENCES:
        raise InvalidTarget("There is no such audience.")
    return audience


async def _subject_claims(
    session: AsyncSession, issuer: Issuer, client: Client, form: dict[str, str]
) -> dict[str, Any]:
    if not form.get("subject_token") or form.get("subject_token_type") != ACCESS_TOKEN:
        raise InvalidRequest("Send an access token as subject_token, and its type.")
    if "actor_token" in form or form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
        raise InvalidRequest("Only access tokens are issued, and the client itself is the actor.")
    claims = await read_access(session, issuer, form["subject_token"])
    if claims is None or claims.get("aud") != client.audience:
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
