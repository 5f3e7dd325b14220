"""What the OAuth endpoints share: the form, the client, and who holds a token."""

from datetime import datetime
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException

from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import permissions_of
from svc_sso.clients.errors import InvalidClient, OAuthError
from svc_sso.clients.models import Client
from svc_sso.clients.rules import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, EXCHANGE, REFRESH
from svc_sso.clients.service import authenticate, check_grant
from svc_sso.exchange.service import exchange, holder, machine_token
from svc_sso.grants.schemas import IntrospectionOut, TokenOut, UserInfoOut
from svc_sso.grants.service import redeem, refresh
from svc_sso.oauth.rules import FORM, basic_credentials, single_values
from svc_sso.tokens.rules import SSO
from svc_sso.tokens.service import Issuer, read_access

GRANTS = {AUTHORIZATION_CODE: redeem, REFRESH: refresh, EXCHANGE: exchange}


async def form_of(request: Request) -> dict[str, str]:
    """The parameters of a form request. Raises OAuthError."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise OAuthError("invalid_request", f"Send {FORM}.")
    try:
        return single_values((await request.form(max_fields=100)).multi_items())
    except (ValueError, HTTPException) as exc:
        raise OAuthError("invalid_request", "The form can not be read.") from exc


async def client_of(session: AsyncSession, request: Request, form: dict[str, str]) -> Client:
    """The client which proves itself by client_secret_basic or client_secret_post, by one of them only."""
    header = request.headers.get("authorization")
    if header is None:
        if not form.get("client_id") or not form.get("client_secret"):
            raise InvalidClient
        return await authenticate(session, form["client_id"], form["client_secret"])
    if "client_secret" in form:
        raise OAuthError("invalid_request", "The client authenticates in two ways at once.")
    candidates = basic_credentials(header)
    for client_id, secret in candidates[:-1]:
        try:
            return await authenticate(session, client_id, secret)
        except InvalidClient:
            continue
    client = await authenticate(session, *candidates[-1])
    if form.get("client_id", client.id) != client.id:
        raise InvalidClient
    return client


async def issue_tokens(
    session: AsyncSession, issuer: Issuer, client: Client, form: dict[str, str], now: datetime
) -> TokenOut:
    """The tokens of a token request, by its grant type."""
    grant_type = form.get("grant_type")
    if not grant_type:
        raise OAuthError("invalid_request", "The parameter grant_type is missing.")
    if grant_type not in (*GRANTS, CLIENT_CREDENTIALS):
        raise OAuthError("unsupported_grant_type", "This grant type is not supported.")
    check_grant(client, grant_type)
    if grant_type == CLIENT_CREDENTIALS:
        return await machine_token(session, issuer, client, form)
    return await GRANTS[grant_type](session, issuer, client, form, now)


async def introspect(
    session: AsyncSession, issuer: Issuer, client: Client, token: str, now: datetime
) -> IntrospectionOut:
    """What is known of an access token, to those it is for or was issued to; to others it is just not active."""
    claims = await read_access(session, issuer, token)
    if claims is None or (client.audience != claims.get("aud") and client.id != claims.get("client_id")):
        return IntrospectionOut(active=False)
    if claims.get("kind") != "system" and await holder(session, claims, now) is None:
        return IntrospectionOut(active=False)
    known = {name: claims.get(name) for name in IntrospectionOut.model_fields if name in claims}
    return IntrospectionOut(active=True, token_type="Bearer", **known)  # noqa: S106


async def userinfo(session: AsyncSession, issuer: Issuer, token: str, now: datetime) -> UserInfoOut | None:
    """Claims about the holder of a token that was issued for this service, None when it does not hold."""
    claims = await read_access(session, issuer, token)
    if claims is None or claims.get("aud") != SSO:
        return None
    held = await holder(session, claims, now)
    if held is None:
        return None
    account: Account = held[1]
    if "profile" not in str(claims.get("scope", "")).split():
        return UserInfoOut(sub=str(account.id))
    return UserInfoOut(sub=str(account.id), **_profile(account))


def _profile(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "preferred_username": account.username,
        "updated_at": int(account.updated_at.timestamp()),
        "kind": account.kind,
        "roles": sorted(account.roles),
        "permissions": sorted(permissions_of(account.kind, account.roles)),
        "unit": account.unit,
        "region": account.region,
    }
