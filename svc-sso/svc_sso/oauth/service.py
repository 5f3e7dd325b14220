"""What the OAuth endpoints share: the form, the client, its proof of possession, and who holds a token."""

from datetime import datetime
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException

from shared import proofs
from shared.auth import caller_of
from shared.clock import now as clock
from shared.revocations import Revocations
from svc_sso.accounts.models import Account
from svc_sso.assertions import service as assertions
from svc_sso.assertions.rules import Expected
from svc_sso.clients.errors import InvalidClient, OAuthError
from svc_sso.clients.models import Client
from svc_sso.clients.rules import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    EXCHANGE,
    FIRST_PARTY,
    GATEWAY,
    POST,
    PRIVATE_KEY_JWT,
    REFRESH,
)
from svc_sso.clients.service import authenticate, check_grant, find, note_use
from svc_sso.exchange.service import SYSTEM_KIND, exchange, holder, machine_token
from svc_sso.grants import queries as grants
from svc_sso.grants.schemas import IntrospectionOut, TokenOut, UserInfoOut
from svc_sso.grants.service import TokenRequest, redeem, refresh, refreshable
from svc_sso.oauth.rules import AS_OF, FORM, basic_credentials, presented, single_values
from svc_sso.tokens.rules import SSO, USERINFO, told_at_userinfo
from svc_sso.tokens.service import Issuer, family_of, read_access, told_of

GRANTS = {AUTHORIZATION_CODE: redeem, REFRESH: refresh, EXCHANGE: exchange, CLIENT_CREDENTIALS: machine_token}


async def form_of(request: Request) -> dict[str, str]:
    """The parameters of a form request. Raises OAuthError."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise OAuthError("invalid_request", f"Send {FORM}.")
    try:
        return single_values((await request.form(max_fields=100)).multi_items())
    except (ValueError, HTTPException) as exc:
        raise OAuthError("invalid_request", "The form can not be read.") from exc


async def client_of(session: AsyncSession, request: Request, form: dict[str, str]) -> Client:
    """The client which proves itself, in the one way which it is registered for and in no other beside it."""
    now = clock()
    headers = request.headers.getlist("authorization")
    method = presented(headers, form)
    if method == PRIVATE_KEY_JWT:
        client = await _by_assertion(session, request.app.state.issuer, form, now)
    elif method == POST:
        client = await authenticate(session, form["client_id"], form["client_secret"])
    else:
        client = await _by_header(session, headers[0])
    if client.token_endpoint_auth_method != method or form.get("client_id", client.id) != client.id:
        raise InvalidClient
    setattr(request.state, AS_OF, client.updated_at)
    await note_use(session, client, now)
    return client


async def _by_header(session: AsyncSession, header: str) -> Client:
    candidates = basic_credentials(header)
    for client_id, secret in candidates[:-1]:
        try:
            return await authenticate(session, client_id, secret)
        except InvalidClient:
            continue
    return await authenticate(session, *candidates[-1])


async def _by_assertion(session: AsyncSession, issuer: Issuer, form: dict[str, str], now: datetime) -> Client:
    assertion = form["client_assertion"]
    client_id = form.get("client_id") or assertions.subject_in(assertion)
    client = await find(session, client_id) if client_id.isprintable() else None
    if client is None or client.token_endpoint_auth_method != PRIVATE_KEY_JWT:
        raise InvalidClient
    expected = Expected(client.id, client.kind, issuer.name, issuer.token_endpoint)
    await assertions.check(session, client, expected, assertion, now)
    return client


async def key_of(
    session: AsyncSession, request: Request, client: Client, address: str, *, demanded: bool | None = None
) -> str | None:
    """The thumbprint of the key which the client proves to hold (RFC 9449, 5), None without a proof.

    Raises OAuthError for a proof which does not hold or came before, and when one is demanded, as it is of a client
    which is registered for bound tokens.
    """
    given = request.headers.getlist("dpop")
    demanded = client.dpop_bound if demanded is None else demanded
    if not given and not demanded:
        return None
    if len(given) != 1:
        raise OAuthError("invalid_dpop_proof", "Send one DPoP header.")
    try:
        proof = proofs.read(given[0], request.method, address)
    except proofs.InvalidProof as exc:
        raise OAuthError("invalid_dpop_proof", str(exc)) from exc
    await assertions.spend_proof(session, proof)
    return proof.jkt


async def issue_tokens(session: AsyncSession, issuer: Issuer, request: TokenRequest) -> TokenOut:
    """The tokens of a token request, by its grant type."""
    grant_type = request.need("grant_type")
    if grant_type not in GRANTS:
        raise OAuthError("unsupported_grant_type", "This grant type is not supported.")
    check_grant(request.client, grant_type)
    return await GRANTS[grant_type](session, issuer, request)


async def introspect(
    session: AsyncSession, issuer: Issuer, client: Client, token: str, revocations: Revocations, now: datetime
) -> IntrospectionOut:
    """What is known of a token, to those it is for or was issued to; to others it is just not active. Nor is one which
    services refuse by now, because its holder's rights have changed since.
    """
    claims = await read_access(session, issuer, token)
    if claims is None:
        return await _introspect_refresh(session, issuer, client, token, now)
    meant = client.id == claims.get("client_id") or (
        client.kind == FIRST_PARTY and claims.get("aud") in {client.audience, client.id}
    )
    if not meant or revocations.refuses(caller_of(claims, token)) or not await _stands(session, claims, now):
        return IntrospectionOut(active=False)
    known = {name: claims.get(name) for name in IntrospectionOut.model_fields if name in claims}
    return IntrospectionOut(active=True, token_type="DPoP" if "cnf" in claims else "Bearer", **known)


async def _stands(session: AsyncSession, claims: dict[str, Any], now: datetime) -> bool:
    if claims.get("kind") == SYSTEM_KIND:
        return await find(session, str(claims["sub"])) is not None
    return await _held(session, claims, now) is not None


async def _held(session: AsyncSession, claims: dict[str, Any], now: datetime) -> tuple[dict[str, Any], Any] | None:
    """A person's token and account, unless something it rests on is over, the client which got it among that."""
    if await find(session, str(claims.get("client_id"))) is None:
        return None
    return await holder(session, claims, now)


async def _introspect_refresh(
    session: AsyncSession, issuer: Issuer, client: Client, token: str, now: datetime
) -> IntrospectionOut:
    grant = await refreshable(session, client, token, now)
    if grant is None:
        return IntrospectionOut(active=False)
    cnf = {"jkt": grant.dpop_jkt} if grant.dpop_jkt else None
    began = int(grant.created_at.timestamp())
    return IntrospectionOut(
        active=True,
        iss=issuer.name,
        sub=str(grant.account_id),
        client_id=client.id,
        scope=grant.scope,
        iat=began,
        sid=str(grant.session_id),
        cnf=cnf,
    )


async def userinfo(
    session: AsyncSession, issuer: Issuer, claims: dict[str, Any] | None, now: datetime
) -> UserInfoOut | None:
    """Claims about the holder of a verified token which is for userinfo, None when it does not hold (any more)."""
    if claims is None or claims.get("aud") not in (SSO, USERINFO, GATEWAY):
        return None
    held = await _held(session, claims, now)
    if held is None:
        return None
    account: Account = held[1]
    family = family_of(claims)
    grant = await grants.by_id(session, family) if family else None
    own = claims["aud"] != USERINFO
    asked = told_at_userinfo(str(claims.get("scope", "")), grant.claims if grant else None, own=own)
    told = {name: value for name, value in told_of(account).items() if name in asked}
    return UserInfoOut(sub=str(account.id), **told)
