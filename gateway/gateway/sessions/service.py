"""Logging in and out."""

import hmac
import logging
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.errors import SessionExpired
from gateway.sessions import queries, rules
from gateway.sessions.errors import LoginFailed, LoginNotBegun, ProviderLied
from gateway.sessions.models import BrowserSession, PendingLogin
from gateway.sessions.provider import Provider, Tokens
from gateway.sessions.schemas import CallbackQuery, StepUpQuery
from gateway.settings import GatewaySettings
from shared.auth import Caller
from shared.clock import now
from shared.errors import DomainError

log = logging.getLogger(__name__)

SCOPE = "openid profile"


async def begin_login(
    session: AsyncSession, settings: GatewaySettings, asked: StepUpQuery, at: datetime
) -> tuple[str, str]:
    """Where to send the browser, and the cookie that binds the answer to it."""
    cookie, state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
    session.add(
        PendingLogin(
            cookie_hash=rules.hash_of(cookie),
            state_hash=rules.hash_of(state),
            nonce=nonce,
            verifier=verifier,
            return_to=rules.local_path(asked.return_to),
            acr_values=asked.acr_values,
            max_age=asked.max_age,
            expires_at=at + timedelta(minutes=settings.login_minutes),
        )
    )
    query = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": settings.redirect_uri,
        "scope": SCOPE,
        "state": state,
        "nonce": nonce,
        "code_challenge": rules.challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    if asked.acr_values is not None:
        query["acr_values"] = asked.acr_values
    if asked.max_age is not None:
        query["max_age"] = str(asked.max_age)
    return f"{settings.origin}/oauth2/authorize?{urlencode(query)}", cookie


async def finish_login(
    session: AsyncSession, provider: Provider, callback: CallbackQuery, cookie: str | None, at: datetime
) -> tuple[BrowserSession, str, str]:
    """The new session, its cookie and where to go on. Raises LoginFailed and what is made of it."""
    settings = provider.settings
    pending = await queries.take_pending(session, rules.hash_of(cookie)) if cookie else None
    if pending is None or pending.expires_at <= at or not callback.state:
        raise LoginNotBegun
    if not hmac.compare_digest(pending.state_hash, rules.hash_of(callback.state)):
        raise LoginNotBegun
    if callback.iss != settings.issuer:
        raise ProviderLied("The answer names another issuer (RFC 9207).")
    if callback.error or not callback.code:
        raise LoginFailed(f"The identity provider answered: {callback.error or 'no code'}.")
    try:
        tokens = await provider.redeem(callback.code, pending.verifier, settings.redirect_uri)
    except SessionExpired as exc:
        raise LoginFailed("The code was used already or has run out.") from exc
    claims = await _claims_of(provider, tokens, pending.nonce)
    rules.check_step_up(claims, acr=pending.acr_values, max_age=pending.max_age, now=at.timestamp())
    sid = secrets.token_urlsafe(32)
    row = await _session_of(provider, tokens, claims, at)
    row.cookie_hash = rules.hash_of(sid)
    session.add(row)
    await session.flush()
    return row, sid, pending.return_to


async def _claims_of(provider: Provider, tokens: Tokens, nonce: str) -> dict[str, Any]:
    if not tokens.id_token:
        raise ProviderLied("There is no ID token.")
    claims = await provider.id_tokens.claims(tokens.id_token)
    client = provider.settings.client_id
    rules.check_id_token(claims, client_id=client, nonce=nonce, access_token=tokens.access_token)
    return claims


async def _session_of(provider: Provider, tokens: Tokens, claims: dict[str, Any], at: datetime) -> BrowserSession:
    caller = await provider.caller_of(tokens.access_token)
    if caller.subject != claims["sub"]:
        raise ProviderLied("The tokens name two people.")
    told = await provider.userinfo(tokens.access_token)
    if told.get("sub", caller.subject) != caller.subject:
        raise ProviderLied("The provider's userinfo names someone else.")
    row = BrowserSession(
        subject=caller.subject,
        provider_session=str(caller.session_id or claims.get("sid", "")),
        display_name=str(told.get("name") or claims.get("name") or told.get("preferred_username") or ""),
        id_token=tokens.id_token or "",
        last_seen_at=at,
        expires_at=at + timedelta(hours=provider.settings.session_hours),
    )
    keep_tokens(row, tokens, caller, at)
    return row


def keep_tokens(row: BrowserSession, tokens: Tokens, caller: Caller, at: datetime) -> None:
    """Puts new tokens, and what they say about the person, into the session."""
    row.access_token = tokens.access_token
    row.access_expires_at = at + timedelta(seconds=tokens.expires_in)
    row.refresh_token = tokens.refresh_token or row.refresh_token
    row.kind, row.unit, row.region = caller.kind, caller.unit, caller.region
    row.permissions = sorted(caller.permissions)


async def renewed_caller(provider: Provider, row: BrowserSession, tokens: Tokens) -> Caller:
    """Whom refreshed tokens are about: the person of the session and nobody else (OpenID Connect Core 12.2).

    Raises SessionExpired when they are about someone else or do not hold.
    """
    try:
        caller = await provider.caller_of(tokens.access_token)
        claims = await provider.id_tokens.claims(tokens.id_token) if tokens.id_token else {"sub": row.subject}
    except ProviderLied as lie:
        log.warning("refreshed tokens do not hold", extra={"reason": lie.detail})
        raise SessionExpired from lie
    if {caller.subject, str(claims["sub"])} != {row.subject}:
        log.warning("refreshed tokens name someone else")
        raise SessionExpired
    return caller


async def end_session(session: AsyncSession, provider: Provider, cookie: str, at: datetime) -> bool:
    """Ends the session of a cookie, here at once, at the provider at once or by the sweep; True when there too."""
    row = await queries.by_cookie(session, rules.hash_of(cookie))
    if row is None:
        return True
    row.ended_at = at
    return await tell_provider(session, provider, row)


async def replace_session(session: AsyncSession, cookie: str, by: BrowserSession) -> None:
    """Forgets the session that this browser had before it logged in again, without ending a log-in both share."""
    row = await queries.by_cookie(session, rules.hash_of(cookie))
    if row is not None and row.id != by.id:
        if row.subject == by.subject:  # a step-up goes on with what was begun for the enterprise
            by.org, by.org_name, by.mandate = row.org, row.org_name, row.mandate
        await queries.forget(session, row.id)


async def tell_provider(session: AsyncSession, provider: Provider, row: BrowserSession) -> bool:
    """Ends the log-in at the provider and then forgets the row; False while the provider is away.

    If no token for that can be had any more, the log-in is over already.
    """
    try:
        token = await _own_token(provider, row)
        told = await provider.end_session(token, row.provider_session)
    except SessionExpired:
        told = True
    except DomainError as exc:
        log.warning("the provider could not be told of a log-out", extra={"code": exc.code})
        return False
    if told:
        await session.execute(delete(BrowserSession).where(BrowserSession.id == row.id))
    return told


async def _own_token(provider: Provider, row: BrowserSession) -> str:
    """A token of the session's person for the provider itself."""
    if row.access_expires_at > now() or row.refresh_token is None:
        return row.access_token
    renewed = await provider.refresh(row.refresh_token)
    await renewed_caller(provider, row, renewed)
    row.access_token, row.refresh_token = renewed.access_token, renewed.refresh_token
    row.access_expires_at = now() + timedelta(seconds=renewed.expires_in)
    return renewed.access_token
