"""Registering the platform's clients and telling who a client is."""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.audit import SYSTEM
from shared.clock import now as clock
from svc_sso.clients.errors import InvalidClient, OAuthError
from svc_sso.clients.models import Client
from svc_sso.clients.rules import SHORTEST_SECRET, registration_of
from svc_sso.credentials.rules import digest

SEED_LOCK = 7_205_002
NOTED_EVERY = timedelta(minutes=1)


async def seed(session: AsyncSession, secrets: dict[str, str], origin: str) -> None:
    """Brings the platform's clients to what the settings say; only what differs is written."""
    await session.execute(select(func.pg_advisory_xact_lock(SEED_LOCK)))
    for client_id, secret in sorted(secrets.items()):
        if len(secret) < SHORTEST_SECRET:
            raise ValueError(f"the secret of client {client_id} has fewer than {SHORTEST_SECRET} characters")
        await _keep(session, client_id, digest(secret), origin)


async def _keep(session: AsyncSession, client_id: str, secret_hash: bytes, origin: str) -> None:
    registered = registration_of(client_id, origin)
    wanted = {
        "secret_hash": secret_hash,
        "name": registered.name,
        "id_token_signed_response_alg": registered.id_token_signed_response_alg,
        "audience": registered.audience,
        "grant_types": list(registered.grant_types),
        "permissions": list(registered.permissions),
        "redirect_uris": list(registered.redirect_uris),
        "post_logout_redirect_uris": list(registered.post_logout_redirect_uris),
    }
    client = await session.get(Client, client_id)
    if client is None:
        client = Client(id=client_id)
        session.add(client)
    changed = sorted(name for name, value in wanted.items() if getattr(client, name) != value)
    if not changed:
        return
    for name, value in wanted.items():
        setattr(client, name, value)
    await session.flush()
    await audit.record(
        session,
        SYSTEM,
        action="client.registered",
        object_type="client",
        object_id=client_id,
        after={"changed": changed, "redirect_uris": wanted["redirect_uris"]},
    )


async def find(session: AsyncSession, client_id: str) -> Client | None:
    """The client of an id, unless it is disabled."""
    client = await session.get(Client, client_id)
    return client if client is not None and client.disabled_at is None else None


async def authenticate(session: AsyncSession, client_id: str, secret: str) -> Client:
    """The client which proves itself by its secret. Raises InvalidClient."""
    client = await find(session, client_id)
    if client is None or not knows(client, digest(secret), clock()):
        raise InvalidClient
    return client


def knows(client: Client, given: bytes, now: datetime) -> bool:
    """Whether a hashed secret is the client's present one, or the one before while that still holds."""
    present = client.secret_hash is not None and hmac.compare_digest(client.secret_hash, given)
    if present or client.previous_secret_hash is None or client.previous_secret_until is None:
        return present
    return client.previous_secret_until > now and hmac.compare_digest(client.previous_secret_hash, given)


async def note_use(session: AsyncSession, client: Client, now: datetime) -> None:
    """Notes that a client has just proved itself, once a minute at most; the version stays, nobody edited anything."""
    if client.last_used_at is not None and now - client.last_used_at < NOTED_EVERY:
        return
    # FOR NO KEY UPDATE: others who refer to this client, as every new grant does, need not wait for us in a circle.
    held = select(Client.id).where(Client.id == client.id).with_for_update(skip_locked=True, key_share=True)
    mine = Client.id == held.scalar_subquery()
    query = update(Client).where(mine).values(last_used_at=now, updated_at=Client.updated_at)
    await session.execute(query.execution_options(synchronize_session=False))


def check_grant(client: Client, grant_type: str) -> None:
    """Refuses a grant type which the client is not registered for."""
    if grant_type not in client.grant_types:
        raise OAuthError("unauthorized_client", "The client is not registered for this grant type.")
