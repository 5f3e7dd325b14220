"""The enterprises for which one may act."""

import uuid

from fastapi import Request, Response, status

from shared.db import SessionDep
from shared.http import IDEMPOTENCY_OPTIONAL, Router
from shared.outbound import OutboundDep
from svc_sso.access import Someone
from svc_sso.accounts.service import own_account
from svc_sso.organisations import service
from svc_sso.organisations.schemas import ActingForListOut, ActingForOut, ClaimIn, shown_representative
from svc_sso.pages.cookies import get_settings
from svc_sso.verifications.service import representatives_of

router = Router(prefix="/v1/me", tags=["organisations"])


@router.get("/organisations")
async def list_organisations(caller: Someone, session: SessionDep, response: Response) -> ActingForListOut:
    """我可代表的企业: the enterprises for which I may act now, and as what."""
    response.headers["Cache-Control"] = "private, no-cache"
    account = await own_account(session, caller)
    return ActingForListOut(items=await service.acting_for(session, uuid.UUID(str(account.id))))


@router.post("/organisations", status_code=status.HTTP_201_CREATED, openapi_extra=IDEMPOTENCY_OPTIONAL)
async def claim_organisation(
    body: ClaimIn,
    caller: Someone,
    session: SessionDep,
    outbound: OutboundDep,
    request: Request,
    response: Response,
) -> ActingForOut:
    """认领企业: the caller says that he is the legal representative; the registers must confirm it."""
    row = await service.claim(session, outbound, caller, body.code, representatives_of(get_settings(request)))
    response.headers["Location"] = "/v1/me/organisations"
    return shown_representative(row)
