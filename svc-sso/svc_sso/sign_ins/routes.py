"""The own sign-ins and the own password."""

import uuid
from typing import cast

from fastapi import Request, Response, status

from shared.clock import now as clock
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, Page, Paging, Router, paginate
from shared.runtime import RuntimeDep
from svc_sso.access import Someone
from svc_sso.accounts.service import policy_of
from svc_sso.pages.browser import BrowserDep
from svc_sso.settings import Settings
from svc_sso.sign_ins import queries, service
from svc_sso.sign_ins.models import SignIn
from svc_sso.sign_ins.schemas import PasswordIn, SignInOut, shown
from svc_sso.sign_ins.service import Change

router = Router(prefix="/v1/me", tags=["sessions"])


@router.get("/sign-ins", response_model=Page[SignInOut])
async def list_sign_ins(
    caller: Someone, session: SessionDep, paging: Paging, request: Request, response: Response
) -> Page[SignInOut]:
    """我的登录记录: attempts on the own account, newest first, failed ones too."""
    found = await paginate(
        session,
        queries.history_of(uuid.UUID(caller.subject)),
        keys=[SignIn.id.desc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page([shown(row) for row in found.rows])


@router.post("/password", status_code=status.HTTP_204_NO_CONTENT, response_model=None, openapi_extra=IDEMPOTENCY_NONE)
async def change_password(
    body: PasswordIn, caller: Someone, session: SessionDep, runtime: RuntimeDep, browser: BrowserDep
) -> None:
    """修改密码: sets a new password; every other log-in of the account ends."""
    policy = policy_of(cast(Settings, runtime.settings), caller.kind)
    change = Change(body.current_password, body.password, policy, browser)
    await service.change_password(session, runtime.sessions, caller, change, clock())
