"""HTTP of shared data and of the grants that open them."""

import uuid
from typing import Annotated

from fastapi import Path, Query, Response
from fastapi.responses import StreamingResponse

from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import IfMatch, Page, Paging, Router
from shared.runtime import RuntimeDep
from svc_credit_registry.access import CatalogueKeeper, RequestParty, ResourceUser
from svc_credit_registry.replies import ReplyDep
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
async def read_resource(
    reply: ReplyDep,
    code: Code,
    caller: ResourceUser,
    paging: Paging,
    asked: exchange.AskedDep,
    wanted: Annotated[DataFilters, Query()],
) -> Response:
    """Only the granted fields and rows, in a stable order; every read is in the log before it is answered."""
    opened = await service.open_for(reply.session, caller, code, wanted, asked)
    statement, key = service.statement_of(opened, wanted)
    found = await reply.page_of(statement, [key], paging)
    page = {
        "resource": code,
        "grant_id": opened.grant_id,
        "fields": opened.fields,
        "items": [service.row_of(row, opened.fields) for row in found.rows],
        "next_cursor": found.next_cursor,
    }
    content = service.written(page)
    entry = await exchange.log(
        reply.session, caller, asked, Exchanged(ExchangeKind.READ, code, len(found.rows), digest(content))
    )
    headers = {exchange.ENTRY_HEADER: str(entry)} | {n: v for n, v in reply.response.headers.items() if n == "link"}
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
    """One row a line, each part in the log before it is sent; the last line is an error when the grant ends midway, or
    the right to call.
    """
    await service.open_for(session, caller, code, wanted, asked)
    stream = service.export(runtime, caller, code, wanted, asked)
    return StreamingResponse(stream, media_type="application/x-ndjson")


@router.get("/resource-grants", operation_id="list_resource_grants", summary="授权 Grants, newest first")
async def list_grants(
    reply: ReplyDep, caller: RequestParty, paging: Paging, filters: Annotated[GrantFilters, Query()]
) -> Page[GrantOut]:
    """An agency sees those that it holds and those for its own resources, officers all."""
    concerned = None if is_officer(caller) else exchange.requester_of(caller)
    statement = queries.grants(filters.resource_code, filters.grantee, concerned)
    found = await reply.page_of(statement, [ResourceGrant.id.desc()], paging)
    return found.page([service.shown(row, reply.today, english=reply.english) for row in found.rows])


@router.get("/resource-grants/{grant_id}", operation_id="get_resource_grant", summary="授权详情 One grant")
async def get_grant(reply: ReplyDep, grant_id: uuid.UUID, caller: RequestParty) -> GrantOut:
    """For the agency that holds it, the producer and officers; 404 for all others."""
    grant = await service.find(reply.session, caller, grant_id)
    await reply.versioned(grant)
    return service.shown(grant, reply.today, english=reply.english)


@router.post(
    "/resource-grants/{grant_id}/revocation", operation_id="revoke_resource_grant", summary="撤销授权 Revoke a grant"
)
async def revoke_grant(
    reply: ReplyDep, grant_id: uuid.UUID, body: ResourceReasonIn, caller: CatalogueKeeper, version: IfMatch, now: NowDep
) -> GrantOut:
    """By an officer or the producer, with a reason. The next read is refused, and an export that runs breaks off."""
    grant = await service.revoke(reply.session, caller, grant_id, version, (body.reason, now))
    await reply.versioned(grant)
    return service.shown(grant, reply.today, english=reply.english)
