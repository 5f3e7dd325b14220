"""For whom the person of a session acts."""

import asyncio
import secrets
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.errors import SessionExpired
from gateway.sessions import queries, rules
from gateway.sessions.errors import ContextRefused
from gateway.sessions.models import BrowserSession
from gateway.sessions.provider import Provider, away
from gateway.sessions.store import HeldSession, SessionStore
from shared import audit
from shared.auth import Caller

PROVIDER = "sso"
TRIES, PAUSE_SECONDS = 5, 0.4


async def choices(store: SessionStore, provider: Provider, held: HeldSession) -> list[dict[str, Any]]:
    """The enterprises for which the person may act now."""
    for _ in range(TRIES):
        found = await provider.organisations(await store.own_token(held, PROVIDER))
        if found is not None:
            return found
        # His rights changed within this second, which ends all tokens of the second; the next one's is good.
        await asyncio.sleep(PAUSE_SECONDS)
    raise away()


async def switch(
    session: AsyncSession, cookie: str, org: str | None, known: list[dict[str, Any]]
) -> tuple[BrowserSession, str]:
    """Lets the session act for `org` (None: for the person himself) under a new cookie; the old one is dead.

    `known` are the choices which the provider gave. Raises ContextRefused, SessionExpired.
    """
    chosen: dict[str, Any] = next((one for one in known if one["code"] == org), {})
    if org is not None and not chosen:
        raise ContextRefused(org=org)
    row = await queries.by_cookie(session, rules.hash_of(cookie))
    if row is None:
        raise SessionExpired
    before = row.org
    renewed = secrets.token_urlsafe(32)
    row.cookie_hash = rules.hash_of(renewed)
    row.org, row.org_name = org, chosen.get("name")
    row.mandate = chosen.get("mandate_id")
    row.access_count += 1
    await session.flush()
    caller = Caller(subject=row.subject, kind=row.kind, session_id=row.provider_session, org=org)
    await audit.record(
        session,
        caller,
        action="session.context",
        object_type="session",
        object_id=row.provider_session,
        before={"org": before},
        after={"org": org, "mandate": row.mandate},
    )
    return row, renewed
