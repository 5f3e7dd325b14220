"""Logging out: by a client's wish, by the person, by an administrator (OpenID Connect RP-Initiated Logout 1.0)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.errors import NotFound
from svc_sso.accounts.models import Account
from svc_sso.clients.models import Client
from svc_sso.clients.service import find
from svc_sso.grants.service import family_of_token
from svc_sso.logout.errors import BadLogout
from svc_sso.sessions import queries
from svc_sso.sessions import service as sessions
from svc_sso.sessions.errors import NoSuchSession
from svc_sso.sessions.models import LoginSession
from svc_sso.sessions.rules import ENDED_BY_ADMINISTRATOR, LOGGED_OUT
from svc_sso.staff.service import check_still_administrator
from svc_sso.tokens.rules import ID_TYPE
from svc_sso.tokens.service import Issuer, read

CARRIED = ("id_token_hint", "post_logout_redirect_uri", "state", "client_id")


@dataclass(frozen=True)
class Wish:
    """A checked request to log out. `sid`, `sub` and `client_id` are those of the hint, None without one."""

    sid: str | None = None
    sub: str | None = None
    client_id: str | None = None
    address: str | None = None


async def understand(session: AsyncSession, issuer: Issuer, params: Mapping[str, str]) -> Wish:
    """What is asked for. An address counts only with a hint of its client and only when it is registered, character by
    character. Raises BadLogout."""
    hint = params.get("id_token_hint")
    if hint is None:
        if "post_logout_redirect_uri" in params:
            raise BadLogout
        return Wish()
    claims = await read(session, issuer, hint, ID_TYPE, expired=True)
    if claims is None or params.get("client_id", claims["aud"]) != claims["aud"]:
        raise BadLogout
    client_id, address = str(claims["aud"]), params.get("post_logout_redirect_uri")
    if address is not None:
        client = await find(session, client_id)
        if client is None or address not in client.post_logout_redirect_uris:
            raise BadLogout
    return Wish(str(claims.get("sid")), str(claims["sub"]), client_id, address)


async def must_ask(session: AsyncSession, wish: Wish, cookie: str | None, now: datetime) -> bool:
    """Whether the person must be asked: this browser is logged in, and nothing shows that it is meant."""
    login = await sessions.of_cookie(session, cookie, now)
    return login is not None and str(login.account_id) != wish.sub


async def follow(session: AsyncSession, wish: Wish, cookie: str | None, now: datetime) -> None:
    """Ends the log-in which the hint names, and the one of this browser; what is over already stays as it is."""
    hinted = await sessions.live(session, wish.sid, now) if wish.sid else None
    own = await sessions.of_cookie(session, cookie, now)
    for login in (hinted, own):
        if login is not None and (login is own or str(login.account_id) == wish.sub):
            await _end(session, login, wish.client_id, now)


async def end_by_token(session: AsyncSession, issuer: Issuer, client: Client, token: str, now: datetime) -> None:
    """Ends the log-in behind a client's refresh token; an unknown one is no error."""
    grant = await family_of_token(session, issuer, client, token)
    login = await sessions.live(session, grant.session_id, now) if grant else None
    if login is not None:
        await _end(session, login, client.id, now)


async def _end(session: AsyncSession, login: LoginSession, client_id: str | None, now: datetime) -> None:
    caller = Caller(subject=str(login.account_id), kind="person", session_id=str(login.id), client_id=client_id)
    await sessions.end(session, login, caller, LOGGED_OUT, now)


async def known_account(session: AsyncSession, caller: Caller, account_id: uuid.UUID) -> Account:
    """The account whose log-ins an administrator looks at. Raises NotFound, and Forbidden for one who is none now."""
    await check_still_administrator(session, caller)
    account = await session.get(Account, account_id)
    if account is None:
        raise NotFound
    return account


async def end_of_account(
    session: AsyncSession, caller: Caller, account_id: uuid.UUID, why: str | None, now: datetime
) -> int:
    """Ends every log-in of an account, as the security administrator; how many."""
    account = await known_account(session, caller, account_id)
    ended = await sessions.end_all(session, account.id, caller, ENDED_BY_ADMINISTRATOR, now)
    await audit.record(
        session, caller, action="sessions.ended", object_type="account", object_id=account.id, after={"ended": ended},
        reason=why,
    )  # fmt: skip
    return ended


async def end_one(
    session: AsyncSession, caller: Caller, account_id: uuid.UUID, session_id: uuid.UUID, now: datetime
) -> None:
    """Ends one log-in of an account, as the security administrator. Raises NoSuchSession."""
    account = await known_account(session, caller, account_id)
    row = await queries.locked(session, session_id)
    if row is None or row.account_id != account.id or row.ended_at is not None:
        raise NoSuchSession
    await sessions.end(session, row, caller, ENDED_BY_ADMINISTRATOR, now)
