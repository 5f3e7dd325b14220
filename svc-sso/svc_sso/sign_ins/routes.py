"""The own sign-ins, the own devices and the own password."""

import uuid
from typing import cast

from fastapi import Request, Response, status

from shared.clock import NowDep
from shared.clock import now as clock
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, Page, Paging, Router, paginate
from shared.runtime import RuntimeDep
from svc_sso.access import Someone
from svc_sso.accounts.service import policy_of
from svc_sso.pages.browser import BrowserDep
from svc_sso.settings import Settings
from svc_sso.sign_ins import queries, service
from svc_sso.sign_ins.models import KnownDevice, SignIn
from svc_sso.sign_ins.schemas import DeviceOut, PasswordIn, SignInOut, shown, shown_device
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


@router.get("/devices", response_model=Page[DeviceOut])
async def list_devices(
    caller: Someone, session: SessionDep, paging: Paging, request: Request, response: Response, now: NowDep
) -> Page[DeviceOut]:
    """我的常用设备: the browsers by which the own account is known, newest first."""
    found = await paginate(
        session,
        queries.devices_of(uuid.UUID(caller.subject)),
        keys=[KnownDevice.id.desc()],
        paging=paging,
        request=request,
        response=response,
    )
    current = await service.device_of(session, caller.session_id, now)
    return found.page([shown_device(row, current) for row in found.rows])


@router.delete("/devices/{device_id}", status_code=status.HTTP_204_NO_CONTENT, response_model=None)
async def forget_device(device_id: uuid.UUID, caller: Someone, session: SessionDep, now: NowDep) -> None:
    """移除常用设备: the browser is a stranger's from now on, and every log-in from it ends."""
    await service.forget_device(session, caller, device_id, now)


@router.post("/password", status_code=status.HTTP_204_NO_CONTENT, response_model=None, openapi_extra=IDEMPOTENCY_NONE)
async def change_password(
    body: PasswordIn, caller: Someone, session: SessionDep, runtime: RuntimeDep, browser: BrowserDep
) -> None:
    """修改密码: sets a new password; every other log-in of the account ends."""
    policy = policy_of(cast(Settings, runtime.settings), caller.kind)
    change = Change(body.current_password, body.password, policy, browser)
    await service.change_password(session, runtime.sessions, caller, change, clock())
