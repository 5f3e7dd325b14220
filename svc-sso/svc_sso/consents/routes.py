"""The own consents."""

import uuid

from fastapi import status

from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import Router
from svc_sso.access import Someone
from svc_sso.accounts.service import own_account
from svc_sso.consents import queries, service
from svc_sso.consents.schemas import ConsentsOut, shown

router = Router(prefix="/v1/me", tags=["factors"])


@router.get("/consents", response_model=ConsentsOut)
async def list_consents(caller: Someone, session: SessionDep) -> ConsentsOut:
    """我的授权: which applications may know what of me."""
    await own_account(session, caller)
    rows = await queries.of_account(session, uuid.UUID(caller.subject))
    return ConsentsOut(items=[shown(*row) for row in rows])


@router.delete("/consents/{client_id}", status_code=status.HTTP_204_NO_CONTENT, response_model=None)
async def revoke_consent(client_id: str, caller: Someone, session: SessionDep, now: NowDep) -> None:
    """撤回授权: takes a consent back; the application's tokens are revoked."""
    await own_account(session, caller)
    await service.revoke(session, caller, client_id, now)
