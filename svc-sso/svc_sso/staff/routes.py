"""Staff accounts, for the security administrator."""

import uuid
from typing import Annotated

from fastapi import Query, Request, Response, status

from shared.auth import Public
from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, IfMatch, Page, Paging, Router, etag, not_modified, paginate, set_etag
from svc_sso.access import SecurityAdmin, SteppedUpSecurityAdmin
from svc_sso.accounts.models import Account
from svc_sso.staff import queries, service
from svc_sso.staff.models import Unit
from svc_sso.staff.schemas import (
    EnrolmentSecret,
    OneTimePassword,
    StaffCreated,
    StaffIn,
    StaffOut,
    StaffPatch,
    UnitOut,
    shown_staff,
    shown_unit,
)

router = Router(prefix="/v1/staff", tags=["staff"])
units = Router(prefix="/v1/units", tags=["staff"], dependencies=[Public])

# Creating takes no Idempotency-Key: the kept answer would hold the first password. A repetition is 409 by user name.


@router.post("", status_code=status.HTTP_201_CREATED, response_model=StaffCreated, openapi_extra=IDEMPOTENCY_NONE)
async def create_staff(
    body: StaffIn, caller: SteppedUpSecurityAdmin, session: SessionDep, response: Response, now: NowDep
) -> StaffCreated:
    """新增工作人员: opens a staff account; the answer holds its first password, once."""
    account, initial = await service.create(session, caller, body, now)
    response.headers["Location"] = f"/v1/staff/{account.id}"
    response.headers["Cache-Control"] = "no-store"
    set_etag(response, account)
    return StaffCreated(**shown_staff(account).model_dump(), initial_password=initial)


@router.get("/{account_id}", response_model=StaffOut)
async def read_staff(
    account_id: uuid.UUID, _caller: SecurityAdmin, session: SessionDep, request: Request, response: Response
) -> StaffOut | Response:
    """工作人员: one member of staff, with the version that a change must name."""
    account = await service.member(session, account_id)
    if not_modified(request, etag(account)):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag(account)})
    set_etag(response, account)
    return shown_staff(account)


@router.patch("/{account_id}", response_model=StaffOut)
async def change_staff(
    account_id: uuid.UUID,
    body: StaffPatch,
    caller: SteppedUpSecurityAdmin,
    session: SessionDep,
    version: IfMatch,
    response: Response,
) -> StaffOut:
    """变更权限: changes roles, unit, region or standing; disabling ends every session of the account."""
    account = await service.change(session, caller, account_id, body, version)
    set_etag(response, account)
    return shown_staff(account)


@router.post("/{account_id}/factor-reset", response_model=EnrolmentSecret, openapi_extra=IDEMPOTENCY_NONE)
async def reset_factors(
    account_id: uuid.UUID, caller: SteppedUpSecurityAdmin, session: SessionDep, response: Response, now: NowDep
) -> EnrolmentSecret:
    """重置登录验证: takes all second factors away; the answer holds a one-time secret to set up new ones, once."""
    response.headers["Cache-Control"] = "no-store"
    return EnrolmentSecret(enrolment_secret=await service.reset_factors(session, caller, account_id, now))


@router.post("/{account_id}/password-reset", response_model=OneTimePassword, openapi_extra=IDEMPOTENCY_NONE)
async def reset_password(
    account_id: uuid.UUID, caller: SteppedUpSecurityAdmin, session: SessionDep, response: Response, now: NowDep
) -> OneTimePassword:
    """重置密码: gives out a one-time password; it opens nothing but its own change, after the second factor."""
    response.headers["Cache-Control"] = "no-store"
    return OneTimePassword(initial_password=await service.reset_password(session, caller, account_id, now))


@router.get("", response_model=Page[StaffOut])
async def list_staff(
    _caller: SecurityAdmin,
    session: SessionDep,
    paging: Paging,
    request: Request,
    response: Response,
    unit: Annotated[str | None, Query(max_length=32)] = None,
    role: Annotated[str | None, Query(max_length=32)] = None,
) -> Page[StaffOut]:
    """工作人员名册: the members of staff, newest first."""
    found = await paginate(
        session,
        queries.staff(unit, role),
        keys=[Account.created_at.desc(), Account.id.desc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page([shown_staff(row) for row in found.rows])


@units.get("", response_model=Page[UnitOut])
async def list_units(  # noqa: PLR0913 - one parameter for each thing it depends on
    session: SessionDep,
    paging: Paging,
    request: Request,
    response: Response,
    parent: Annotated[str | None, Query(max_length=32)] = None,
    kind: Annotated[str | None, Query(max_length=16)] = None,
    region: Annotated[str | None, Query(pattern=r"^\d{6}$")] = None,
) -> Page[UnitOut]:
    """单位名录: the units of the administration by their codes: head office, departments, centres, local offices."""
    response.headers["Cache-Control"] = "public, max-age=3600"
    found = await paginate(
        session,
        queries.units(parent, kind, region),
        keys=[Unit.code.asc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page([shown_unit(row) for row in found.rows])
