"""The own account."""

import uuid
from typing import Annotated

from fastapi import Query, Request, Response, status

from shared.db import SessionDep
from shared.http import IfMatch, Page, Paging, Router, etag, not_modified, paginate, set_etag
from svc_sso.access import Someone, SomeoneOrService
from svc_sso.accounts import queries, service
from svc_sso.accounts.models import ProfileRead
from svc_sso.accounts.schemas import AccountOut, MeIn, ProfileOut, ProfileReadOut, shown, shown_read

router = Router(prefix="/v1", tags=["accounts"])


@router.get("/me", response_model=AccountOut)
async def read_me(caller: Someone, session: SessionDep, request: Request, response: Response) -> AccountOut | Response:
    """我的账户: the own account, personal data masked."""
    account = await service.own_account(session, caller)
    if not_modified(request, etag(account)):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag(account)})
    set_etag(response, account)
    response.headers["Cache-Control"] = "private, no-cache"
    return shown(account)


@router.patch("/me", response_model=AccountOut)
async def change_me(
    body: MeIn, caller: Someone, session: SessionDep, version: IfMatch, response: Response
) -> AccountOut:
    """变更联系方式: changes mobile number, mailbox and address; a masked value sent back is refused."""
    account = await service.change_own(session, caller, body, version)
    set_etag(response, account)
    return shown(account)


@router.get("/me/profile", response_model=ProfileOut)
async def read_profile(
    caller: SomeoneOrService,
    session: SessionDep,
    response: Response,
    purpose: Annotated[str, Query(min_length=1, max_length=100, description="Why the data is read")] = "prefill",
) -> ProfileOut:
    """表单预填数据: the own unmasked data; each reading is kept and shown to the person."""
    response.headers["Cache-Control"] = "no-store"
    return await service.read_profile(session, caller, purpose)


@router.get("/me/access-log", response_model=Page[ProfileReadOut])
async def list_reads(
    caller: Someone, session: SessionDep, paging: Paging, request: Request, response: Response
) -> Page[ProfileReadOut]:
    """谁看过我的信息: who has read the own unmasked data, newest first."""
    found = await paginate(
        session,
        queries.reads_of(uuid.UUID(caller.subject)),
        keys=[ProfileRead.id.desc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page([shown_read(row) for row in found.rows])
