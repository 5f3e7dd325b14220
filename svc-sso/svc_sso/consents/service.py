"""Giving and taking back consents."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from svc_sso.clients.models import Client
from svc_sso.consents import queries
from svc_sso.consents.errors import NoSuchConsent
from svc_sso.consents.models import Consent
from svc_sso.consents.rules import FIRST_PARTY, Wish, covers
from svc_sso.grants.models import Grant
from svc_sso.grants.service import forget_codes, revoke_family

CONSENT_REVOKED = "consent_revoked"


async def is_due(session: AsyncSession, account_id: uuid.UUID, client: Client, wish: Wish, prompt: str) -> bool:
    """Whether the person must be asked; never for the platform's own clients, always when the client wants it."""
    if client.kind == FIRST_PARTY:
        return False
    if "consent" in prompt.split():
        return True
    given = await queries.standing(session, account_id, client.id)
    return given is None or not covers(given.scopes, given.claims, wish)


async def give(session: AsyncSession, caller: Caller, client_id: str, wish: Wish, now: datetime) -> None:
    """Keeps what the person has agreed to; what was agreed to before stays."""
    before = await queries.standing(session, uuid.UUID(caller.subject), client_id)
    scopes = sorted(wish.scopes | set(before.scopes if before else ()))
    claims = sorted(wish.claims | set(before.claims if before else ()))
    values = {"scopes": scopes, "claims": claims, "given_at": now, "revoked_at": None}
    row = {"account_id": uuid.UUID(caller.subject), "client_id": client_id, **values}
    statement = insert(Consent).values(row)
    await session.execute(statement.on_conflict_do_update(index_elements=["account_id", "client_id"], set_=values))
    await audit.record(
        session,
        caller,
        action="consent.given",
        object_type="client",
        object_id=client_id,
        after={"scopes": scopes, "claims": claims},
    )


async def revoke(session: AsyncSession, caller: Caller, client_id: str, now: datetime) -> None:
    """Takes a consent back; every token which the client holds of the person is revoked. Raises NoSuchConsent."""
    row = await queries.standing(session, uuid.UUID(caller.subject), client_id)
    client = await session.get(Client, client_id)
    if row is None or client is None:
        raise NoSuchConsent
    row.revoked_at = now
    await forget_codes(session, row.account_id, client_id)  # before the families: a code spent right now has made one
    of_person = Grant.account_id == row.account_id, Grant.client_id == client_id, Grant.revoked_at.is_(None)
    for grant_id in (await session.scalars(select(Grant.id).where(*of_person))).all():
        await revoke_family(session, grant_id, client, CONSENT_REVOKED, now)
    await audit.record(session, caller, action="consent.revoked", object_type="client", object_id=client_id)
