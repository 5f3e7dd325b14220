"""Handing out codes and tokens, and taking them back."""

import dataclasses
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.db import Json
from svc_sso.accounts import queries as accounts
from svc_sso.accounts.models import Account
from svc_sso.clients.models import Client
from svc_sso.clients.rules import REFRESH, audience_of
from svc_sso.credentials.rules import digest
from svc_sso.credentials.service import new_secret
from svc_sso.grants import queries
from svc_sso.grants.errors import InvalidGrant, InvalidRequest, OAuthError
from svc_sso.grants.models import AuthorizationCode, Grant, RefreshToken
from svc_sso.grants.rules import (
    CODE_LIFETIME,
    CODE_REUSED,
    KEPT_AFTER_END,
    REPLAY_WINDOW,
    REVOKED,
    TOKEN_REUSED,
    has_run_out,
    narrowed,
    proves,
)
from svc_sso.grants.schemas import TokenOut
from svc_sso.keys.service import load
from svc_sso.sessions import service as sessions
from svc_sso.sessions.models import LoginSession
from svc_sso.tokens.rules import (
    ACCESS_SECONDS,
    ACCESS_TYPE,
    ID_TYPE,
    Login,
    access_claims,
    asked_for,
    hash_half,
    id_claims,
    person_claims,
)
from svc_sso.tokens.service import Issuer, family_of, login_of, new_issue, read_access, sign_with, subject_of, told_of


@dataclass(frozen=True)
class CodeRequest:
    """What an authorization request asked for, checked. `claims` is the parsed parameter of that name, `dpop_jkt` the
    thumbprint of the key which the code is bound to; `acr` and `amr` come from the log-in.
    """

    client_id: str
    redirect_uri: str
    scope: str
    code_challenge: str
    nonce: str | None
    claims: Json | None = None
    dpop_jkt: str | None = None
    org: str | None = None
    mandate: str | None = None


async def issue_code(session: AsyncSession, request: CodeRequest, login: LoginSession, now: datetime) -> str:
    """A code for the client, bound to its address, its challenge and the log-in."""
    code = new_secret()
    session.add(
        AuthorizationCode(
            code_hash=digest(code),
            client_id=request.client_id,
            session_id=login.id,
            account_id=login.account_id,
            redirect_uri=request.redirect_uri,
            code_challenge=request.code_challenge,
            nonce=request.nonce,
            scope=request.scope,
            claims=request.claims,
            dpop_jkt=request.dpop_jkt,
            org=request.org,
            mandate=request.mandate,
            expires_at=now + CODE_LIFETIME,
        )
    )
    await session.flush()
    return code


@dataclass(frozen=True)
class TokenRequest:
    """A request at the token endpoint: who asks, what, when, and the thumbprint of the key which he has proved."""

    client: Client
    form: Mapping[str, str]
    now: datetime
    jkt: str | None = None

    def need(self, name: str) -> str:
        """A parameter. Raises InvalidRequest when it is missing."""
        if not self.form.get(name):
            raise InvalidRequest(f"The parameter {name} is missing.")
        return self.form[name]


async def redeem(session: AsyncSession, issuer: Issuer, request: TokenRequest) -> TokenOut:
    """The first tokens of a family, for a code. A code which comes twice revokes what came of it."""
    client, now = request.client, request.now
    for name in ("code", "redirect_uri"):
        request.need(name)
    code = await queries.locked_code(session, digest(request.form["code"]))
    if code is None or code.client_id != client.id:
        raise InvalidGrant("The code is not one of this client.")
    if code.used_at is not None:
        if code.grant_id is not None:
            await revoke_family(session, code.grant_id, client, CODE_REUSED, now)
        raise InvalidGrant("The code was used before.")
    _check_code(code, request)
    account, login = await _standing(session, code.account_id, code.session_id, now)
    grant = _new_grant(code, login, request)
    session.add(grant)
    await session.flush()
    code.used_at, code.grant_id = now, grant.id
    caller = Caller(subject=str(account.id), kind=account.kind, client_id=client.id)
    await audit.record(session, caller, action="grant.given", object_type="grant", object_id=grant.id)
    return await _tokens(session, issuer, Issuing(client, grant, account, login, code.nonce, grant.scope))


def _new_grant(code: AuthorizationCode, login: LoginSession, request: TokenRequest) -> Grant:
    return Grant(
        account_id=code.account_id,
        session_id=code.session_id,
        client_id=code.client_id,
        scope=code.scope,
        claims=code.claims,
        org=code.org,
        mandate=code.mandate,
        acr=login.acr,
        amr=login.amr,
        authenticated_at=login.authenticated_at,
        dpop_jkt=request.jkt,
        created_at=request.now,
        used_at=request.now,
    )


def _check_code(code: AuthorizationCode, request: TokenRequest) -> None:
    """A wrong proof spends nothing: who only has the code can't burn it for its owner."""
    if code.expires_at <= request.now:
        raise InvalidGrant("The code has run out.")
    if code.redirect_uri != request.form["redirect_uri"]:
        raise InvalidGrant("The redirect_uri is not the one of the authorization request.")
    if not proves(request.form.get("code_verifier"), code.code_challenge):
        raise InvalidGrant("The code_verifier does not match.")
    if code.dpop_jkt is not None and code.dpop_jkt != request.jkt:
        raise InvalidGrant("The code is bound to a key which was not proved (RFC 9449, 10).")


async def refresh(session: AsyncSession, issuer: Issuer, request: TokenRequest) -> TokenOut:
    """The next tokens of a family. One caller at a time; who lost the answer gets the same one for 10 s.

    A refresh token which comes back later was stolen from someone: the family is revoked (RFC 9700, 4.14.2).
    """
    client, now = request.client, request.now
    found = await queries.locked_family(session, digest(request.need("refresh_token")))
    if found is None or found[0].client_id != client.id:
        raise InvalidGrant("The refresh token is not one of this client.")
    grant, token = found
    scope = _checked_scope(grant, request)
    account, login = await _standing(session, grant.account_id, grant.session_id, now)
    if token.used_at is not None:
        if token.replay is not None and now - token.used_at <= REPLAY_WINDOW and token.dpop_jkt == request.jkt:
            return TokenOut.model_validate_json(token.replay)
        await revoke_family(session, grant.id, client, TOKEN_REUSED, now)
        raise InvalidGrant("The refresh token was used before.")
    sessions.touch(login, now)
    grant.used_at, grant.dpop_jkt = now, request.jkt
    answer = await _tokens(session, issuer, Issuing(client, grant, account, login, token.nonce, scope))
    token.used_at, token.dpop_jkt, token.replay = now, request.jkt, answer.model_dump_json()
    return answer


def _checked_scope(grant: Grant, request: TokenRequest) -> str:
    """The scope for the next token. The client has proved itself, so that it may change its key, but not do without."""
    if grant.revoked_at is not None:
        raise InvalidGrant("The grant was revoked.")
    if has_run_out(grant.created_at, grant.used_at, request.now):
        raise InvalidGrant("The grant has run out.")
    scope = narrowed(request.form.get("scope"), grant.scope)
    if scope is None:
        raise OAuthError("invalid_scope", "The scope is wider than what was granted.")
    if grant.dpop_jkt is not None and request.jkt is None:
        raise OAuthError("invalid_dpop_proof", "The tokens of this grant are bound to a key: send a proof.")
    return scope


async def _standing(
    session: AsyncSession, account_id: uuid.UUID, session_id: uuid.UUID, now: datetime
) -> tuple[Account, LoginSession]:
    """The account and the log-in behind a grant, if both still stand."""
    account = await accounts.active(session, account_id)
    login = await sessions.live(session, session_id, now)
    if account is None or login is None:
        raise InvalidGrant("The log-in has ended.")
    return account, login


@dataclass(frozen=True)
class Issuing:
    """Everything that tokens of a family are made of."""

    client: Client
    grant: Grant
    account: Account
    login: LoginSession
    nonce: str | None
    scope: str


def _login_then(made: Issuing) -> Login:
    """The log-in as it was when the family began: a refreshed ID token tells the same (OpenID Connect Core 12.2)."""
    login, grant = login_of(made.login), made.grant
    if grant.authenticated_at is None or grant.acr is None:
        return login
    began = int(grant.authenticated_at.timestamp())
    return dataclasses.replace(login, acr=grant.acr, amr=tuple(grant.amr or ()), auth_time=began)


async def _tokens(session: AsyncSession, issuer: Issuer, made: Issuing) -> TokenOut:
    next_token = new_secret()
    session.add(RefreshToken(token_hash=digest(next_token), grant_id=made.grant.id, nonce=made.nonce))
    await session.flush()
    await load(session, issuer.keys)
    return compose(issuer, made, next_token)


def compose(issuer: Issuer, made: Issuing, next_token: str) -> TokenOut:
    """The tokens of a family, signed with the keys which the issuer has loaded; `next_token` is its refresh token."""
    client, grant = made.client, made.grant
    audience = audience_of(client.kind, client.audience)
    jkt = grant.dpop_jkt
    issue = new_issue(issuer, client.id, audience, made.scope, lifetime=ACCESS_SECONDS, family=grant.id, jkt=jkt)
    subject, login = subject_of(made.account), _login_then(made)
    claims = access_claims(issue, subject, login)
    access = sign_with(issuer.keys, ACCESS_TYPE, claims)
    asked = asked_for(grant.claims, "id_token") & person_claims()
    more = {name: value for name, value in told_of(made.account).items() if name in asked} if asked else {}
    told = id_claims(issue, subject, login, made.nonce, more | {"at_hash": hash_half(access)})
    return TokenOut(
        access_token=access,
        token_type="DPoP" if jkt else "Bearer",
        expires_in=claims["exp"] - claims["iat"],
        scope=made.scope,
        refresh_token=next_token if REFRESH in client.grant_types else None,
        id_token=sign_with(issuer.keys, ID_TYPE, told, client.id_token_signed_response_alg),
    )


async def refreshable(session: AsyncSession, client: Client, token: str, now: datetime) -> Grant | None:
    """The family of a refresh token of `client` which could be used now, None for any other."""
    found = await queries.by_token(session, digest(token))
    if found is None or found[0].client_id != client.id:
        return None
    grant, link = found
    if link.used_at is not None or grant.revoked_at is not None or has_run_out(grant.created_at, grant.used_at, now):
        return None
    try:
        await _standing(session, grant.account_id, grant.session_id, now)
    except InvalidGrant:
        return None
    return grant


async def revoke_family(session: AsyncSession, grant_id: uuid.UUID, client: Client, reason: str, now: datetime) -> None:
    """Revokes all tokens which came from one code; nothing happens the second time."""
    grant = await queries.locked_grant(session, grant_id)
    if grant is None or grant.revoked_at is not None:
        return
    grant.revoked_at, grant.revoked_reason = now, reason
    await session.flush()
    caller = Caller(subject=client.id, kind="system", client_id=client.id)
    await audit.record(session, caller, action="grant.revoked", object_type="grant", object_id=grant.id, reason=reason)


async def family_of_token(session: AsyncSession, issuer: Issuer, client: Client, token: str) -> Grant | None:
    """The family of a refresh or access token which was issued to `client`."""
    found = await queries.locked_family(session, digest(token))
    if found is not None:
        return found[0] if found[0].client_id == client.id else None
    claims = await read_access(session, issuer, token)
    family = family_of(claims) if claims and claims.get("client_id") == client.id else None
    grant = await queries.locked_grant(session, family) if family else None
    return grant if grant is not None and grant.client_id == client.id else None


async def revoke(session: AsyncSession, issuer: Issuer, client: Client, token: str, now: datetime) -> None:
    """Revokes the family of a token (RFC 7009). An unknown token, or another client's, is no error and no news; one of
    the client's own which no family stands behind goes on until it runs out, and that is said.
    """
    grant = await family_of_token(session, issuer, client, token)
    if grant is not None:
        await revoke_family(session, grant.id, client, REVOKED, now)
        return
    claims = await read_access(session, issuer, token)
    if claims is not None and claims.get("client_id") == client.id:
        raise OAuthError("unsupported_token_type", "This token can not be revoked; it ends by itself.")


async def forget_codes(session: AsyncSession, account_id: uuid.UUID, client_id: str) -> None:
    """Drops the codes of a person which a client has not spent yet."""
    code = AuthorizationCode
    unspent = (code.account_id == account_id, code.client_id == client_id, code.used_at.is_(None))
    await session.execute(delete(code).where(*unspent).execution_options(synchronize_session=False))


async def forget_answers(session: AsyncSession, now: datetime) -> int:
    """Drops answers kept for replay once nobody may ask for them any more, and codes long past; how many codes."""
    stale = RefreshToken.used_at < now - 2 * REPLAY_WINDOW
    await session.execute(update(RefreshToken).where(RefreshToken.replay.is_not(None), stale).values(replay=None))
    # A used code is kept as long as its family can live, so that its reuse is seen.
    old = AuthorizationCode.expires_at < now - KEPT_AFTER_END
    result = await session.execute(delete(AuthorizationCode).where(old).returning(AuthorizationCode.client_id))
    return len(result.all())
