"""Requests which clients send ahead, so that no browser can change them (RFC 9126).

The authorization endpoint uses it in two steps: `params_of` when the browser comes (as often as it likes: a mere visit
spends nothing), and `burn` in the transaction which hands out the code, whenever the person is through with logging in.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.clients.models import Client
from svc_sso.credentials.rules import digest
from svc_sso.credentials.service import new_secret
from svc_sso.pushed import queries
from svc_sso.pushed.models import PushedRequest
from svc_sso.pushed.rules import KEPT_AFTER_END, LIFETIME, PREFIX, is_pushed, kept


async def push(session: AsyncSession, client: Client, form: Mapping[str, str], jkt: str | None, now: datetime) -> str:
    """Keeps a request; the request_uri under which the client's next visitor brings it. Raises OAuthError."""
    params = kept(form, client.id, jkt)
    uri = PREFIX + new_secret()
    row = PushedRequest(uri_hash=digest(uri), client_id=client.id, params=params, expires_at=now + LIFETIME)
    session.add(row)
    await session.flush()
    return uri


async def params_of(session: AsyncSession, client: Client, request_uri: str, now: datetime) -> dict[str, str] | None:
    """The parameters which `client` has pushed; None when there are none, or they are another's, past or answered."""
    if not is_pushed(request_uri):
        return None
    row = await queries.waiting(session, digest(request_uri), client.id, now)
    return {name: str(value) for name, value in row.params.items()} if row is not None else None


async def burn(session: AsyncSession, client_id: str, request_uri: str, now: datetime) -> bool:
    """Spends a request when it is answered by a code; False when it was before, and then no code may be given."""
    return await queries.burn(session, digest(request_uri), client_id, now)


async def forget(session: AsyncSession, now: datetime) -> int:
    """Drops requests long past; how many."""
    old = PushedRequest.expires_at < now - KEPT_AFTER_END
    result = await session.execute(delete(PushedRequest).where(old).returning(PushedRequest.client_id))
    return len(result.all())
