"""People's accounts in the hands of staff: recovery at a counter, suspension by the security administrator."""

import uuid

from fastapi import Response, status

from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, IDEMPOTENCY_OPTIONAL, Router
from svc_sso.access import SteppedUpIdentityChecker, SteppedUpSecurityAdmin
from svc_sso.accounts.models import Account
from svc_sso.assistance import service
from svc_sso.assistance.schemas import RecoveryIn, RecoveryOut, StandingOut, SuspensionIn

router = Router(prefix="/v1", tags=["verifications"])
administration = Router(prefix="/v1/accounts/{account_id}/suspension", tags=["staff"])


@router.post("/recoveries", status_code=status.HTTP_201_CREATED, openapi_extra=IDEMPOTENCY_NONE)
async def recover_account(
    body: RecoveryIn, caller: SteppedUpIdentityChecker, session: SessionDep, response: Response, now: NowDep
) -> RecoveryOut:
    """窗口找回账户: a one-time password for someone who can't log in any more and has shown a document."""
    account, initial = await service.recover(session, caller, body, now)
    response.headers["Cache-Control"] = "no-store"
    return RecoveryOut(account_id=account.id, initial_password=initial)


@administration.post("", openapi_extra=IDEMPOTENCY_OPTIONAL)
async def suspend_account(
    account_id: uuid.UUID, body: SuspensionIn, caller: SteppedUpSecurityAdmin, session: SessionDep, now: NowDep
) -> StandingOut:
    """暂停账户: nobody can use a person's account any more, and every log-in of it ends within two seconds."""
    return _standing(await service.suspend(session, caller, account_id, body.reason, now))


@administration.delete("")
async def lift_suspension(
    account_id: uuid.UUID, caller: SteppedUpSecurityAdmin, session: SessionDep, now: NowDep
) -> StandingOut:
    """恢复账户: a suspended account can be used again."""
    return _standing(await service.suspend(session, caller, account_id, None, now))


def _standing(account: Account) -> StandingOut:
    return StandingOut(account_id=account.id, suspended=account.disabled_at is not None)
