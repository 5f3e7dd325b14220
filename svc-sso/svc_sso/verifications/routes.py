"""Having one's identity checked."""

from fastapi import Request, Response, status

from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_OPTIONAL, Router
from svc_sso.access import IdentityChecker, Someone
from svc_sso.accounts.service import own_account
from svc_sso.pages.cookies import get_settings
from svc_sso.verifications import service
from svc_sso.verifications.schemas import CounterCheckIn, VerificationOut, VerificationsOut, shown

router = Router(prefix="/v1", tags=["verifications"])


@router.get("/me/verifications")
async def list_verifications(caller: Someone, session: SessionDep, response: Response) -> VerificationsOut:
    """我的实名等级: how well my identity is known, and by which checks."""
    response.headers["Cache-Control"] = "private, no-cache"
    account = await own_account(session, caller)
    rows = await service.checks_of(session, account.id)
    return VerificationsOut(trust_level=account.trust_level, items=[shown(row) for row in rows])


@router.post("/me/verifications", status_code=status.HTTP_201_CREATED, openapi_extra=IDEMPOTENCY_OPTIONAL)
async def check_self(
    caller: Someone, session: SessionDep, request: Request, response: Response, now: NowDep
) -> VerificationOut:
    """两要素核验: checks my name and identity number against the population register. Both outcomes are a 201."""
    row = await service.check_self(session, get_settings(request), caller, now)
    response.headers["Location"] = "/v1/me/verifications"
    return shown(row)


@router.post("/verifications", status_code=status.HTTP_201_CREATED, openapi_extra=IDEMPOTENCY_OPTIONAL)
async def check_at_counter(
    body: CounterCheckIn, caller: IdentityChecker, session: SessionDep, now: NowDep
) -> VerificationOut:
    """现场核验: a member of staff has seen the person and the document."""
    return shown(await service.check_at_counter(session, caller, body, now))
