"""HTTP of shared data and of the grants that open them."""

import uuid
from typing import Annotated

from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from shared.clock import NowDep, TodayDep
from shared.db import SessionDep
from shared.http import IfMatch, Page, Paging, Router, paginate, set_etag
from shared.problems import wants_english
from shared.runtime import RuntimeDep
from svc_credit_registry.access import CatalogueKeeper, RequestParty, ResourceUser
from svc_credit_registry.sharing.exchange import service as exchange
from svc_credit_registry.sharing.exchange.rules import Exchanged, ExchangeKind, digest
from svc_credit_registry.sharing.grants import queries, service
from svc_credit_registry.sharing.grants.models import ResourceGrant
from svc_credit_registry.sharing.grants.schemas import DataFilters, DataPage, GrantFilters, GrantOut
from svc_credit_registry.sharing.resources.schemas import ResourceReasonIn
from svc_credit_registry.sharing.resources.service import is_officer

router = Router(prefix="/v1", tags=["resources"])

Code = Annotated[str, Path(max_length=40, description="Code of the resource", examples=["CR-PENALTY"])]


@router.get(
    "/resources/{code}/data",
    operation_id="read_resource",
    summary="共享数据查询 A page of shared data",
    response_model=DataPage,
)
async def read_resource(  # noqa: PLR0913 - a list with its filters and its evidence
    code: Code, caller: ResourceUser, session: SessionDep, paging: Paging, request: Request, response: Response,
    asked: exchange.AskedDep, wanted: Annotated[DataFilters, Query()],
) -> Response:  # fmt: skip
    """Only the granted fields and rows, in a stable order; every read is in the log before it is answered."""
    opened = await service.open_for(session, caller, code, wanted, asked)
    statement, key = service.statement_of(opened, wanted)
    found = await paginate(session, statement, keys=[key], paging=paging, request=request, response=response)
    page = {
        "resource": code,
        "grant_id": opened.grant_id,
        "fields": opened.fields,
        "items": [service.row_of(row, opened.fields) for row in found.rows],
        "next_cursor": found.next_cursor,
    }
    content = service.written(page)
    entry = await exchange.log(
        session, caller, asked, Exchanged(ExchangeKind.READ, code, len(found.rows), digest(content))
    )
    headers = {exchange.ENTRY_HEADER: str(entry)} | {n: v for n, v in response.headers.items() if n == "link"}
    return Response(content, media_type=exchange.JSON, headers=headers)


@router.get(
    "/resources/{code}/data/export",
    operation_id="export_resource",
    summary="共享数据导出 All shared data as NDJSON",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {}}}},
)
async def export_resource(
    code: Code, caller: ResourceUser, session: SessionDep, runtime: RuntimeDep, asked: exchange.AskedDep,
    wanted: Annotated[DataFilters, Query()],
) -> Response:  # fmt: skip
    """One row a line, each part in the log before it is sent; the last line is an error when the grant ends midway."""
    await service.open_for(session, caller, code, wanted, asked)
    stream = service.export(runtime.sessions, caller, code, wanted, asked)
    return StreamingResponse(stream, media_type="application/x-ndjson")


@router.get("/resource-grants", operation_id="list_resource_grants", summary="授权 Grants, newest first")
async def list_grants(  # noqa: PLR0913 - a list with its filters
    caller: RequestParty, session: SessionDep, paging: Paging, request: Request, response: Response, today: TodayDep,
    filters: Annotated[GrantFilters, Query()],
) -> Page[GrantOut]:  # fmt: skip
    """An agency sees those that it holds and those for its own resources, officers all."""
    concerned = None if is_officer(caller) else exchange.requester_of(caller)
    statement = queries.grants(filters.resource_code, filters.grantee, concerned)
    found = await paginate(
        session, statement, keys=[ResourceGrant.id.desc()], paging=paging, request=request, response=response
    )
    return found.page([service.shown(row, today, english=wants_english(request)) for row in found.rows])


@router.get("/resource-grants/{grant_id}", operation_id="get_resource_grant", summary="授权详情 One grant")
async def get_grant(
    grant_id: uuid.UUID,
    caller: RequestParty,
    session: SessionDep,
    response: Response,
    today: TodayDep,
    request: Request,
) -> GrantOut:
    """For the agency that holds it, the producer and officers; 404 for all others."""
    grant = await service.find(session, caller, grant_id)
    set_etag(response, grant)
    return service.shown(grant, today, english=wants_english(request))


@router.post(
    "/resource-grants/{grant_id}/revocation", operation_id="revoke_resource_grant", summary="撤销授权 Revoke a grant"
)
async def revoke_grant(  # noqa: PLR0913 - an edit with its version and its clock
    grant_id: uuid.UUID, body: ResourceReasonIn, caller: CatalogueKeeper, session: SessionDep, version: IfMatch,
    now: NowDep, today: TodayDep, response: Response,
) -> GrantOut:  # fmt: skip
    """By an officer or the producer, with a reason. The next read is refused, and an export that runs breaks off."""
    grant = await service.revoke(session, caller, grant_id, version, (body.reason, now))
    set_etag(response, grant)
    return service.shown(grant, today, english=False)
