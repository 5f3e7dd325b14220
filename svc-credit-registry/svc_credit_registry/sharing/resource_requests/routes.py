"""HTTP of requests for shared resources."""

import uuid
from typing import Annotated

from fastapi import Path, Query

from shared.deadlines import DeadlinesOut
from shared.http import IfMatch, Page, Paging, Router
from svc_credit_registry.access import CatalogueKeeper, RequestParty, ResourceOfficer, ResourceUser
from svc_credit_registry.replies import Reply, ReplyDep
from svc_credit_registry.sharing.exchange.service import requester_of
from svc_credit_registry.sharing.resource_requests import queries, service
from svc_credit_registry.sharing.resource_requests.models import ResourceRequest
from svc_credit_registry.sharing.resource_requests.rules import ResourceRequestState
from svc_credit_registry.sharing.resource_requests.schemas import RequestDecisionIn, RequestIn, RequestOut
from svc_credit_registry.sharing.resource_requests.service import Act
from svc_credit_registry.sharing.resources.schemas import ResourceReasonIn
from svc_credit_registry.sharing.resources.service import is_officer

router = Router(prefix="/v1", tags=["resources"])

Code = Annotated[str, Path(max_length=40, description="Code of the resource", examples=["CR-PENALTY"])]


async def _answer(reply: Reply, row: ResourceRequest) -> RequestOut:
    await reply.versioned(row)
    return service.shown(row, reply.today, english=reply.english)


@router.post(
    "/resources/{code}/requests",
    operation_id="request_resource",
    summary="共享申请 Ask for a resource",
    status_code=201,
)
async def request_resource(reply: ReplyDep, code: Code, body: RequestIn, caller: ResourceUser) -> RequestOut:
    """Purpose, duty in law, fields, rows and period; answered within 10 working days, by a grant or with reasons."""
    row = await service.submit(reply.session, caller, code, body, reply.today)
    reply.created(f"/v1/resource-requests/{row.id}")
    return await _answer(reply, row)


@router.get("/resource-requests", operation_id="list_resource_requests", summary="共享申请列表 Requests, newest first")
async def list_requests(
    reply: ReplyDep, caller: RequestParty, paging: Paging, state: ResourceRequestState | None = None
) -> Page[RequestOut]:
    """An agency sees its own, officers all."""
    requester = None if is_officer(caller) else requester_of(caller)
    found = await reply.page_of(queries.requests(requester, state), [ResourceRequest.id.desc()], paging)
    return found.page([service.shown(row, reply.today, english=reply.english) for row in found.rows])


@router.get(
    "/resource-requests/queue", operation_id="list_waiting_resource_requests", summary="待答复 Requests that wait"
)
async def list_waiting(
    reply: ReplyDep,
    caller: CatalogueKeeper,
    paging: Paging,
    overdue: Annotated[bool, Query(description="Only those whose term is over")] = False,
) -> Page[RequestOut]:
    """Those due first come first: for officers all, for an agency those for its own resources."""
    statement = queries.waiting(service.producer_of(caller), reply.today if overdue else None)
    found = await reply.page_of(statement, [ResourceRequest.due_on.asc(), ResourceRequest.id.asc()], paging)
    return found.page([service.shown(row, reply.today, english=reply.english) for row in found.rows])


@router.get("/resource-requests/{request_id}", operation_id="get_resource_request", summary="共享申请详情 One request")
async def get_request(reply: ReplyDep, request_id: uuid.UUID, caller: RequestParty) -> RequestOut:
    """For the requester, the producer and officers; 404 for all others."""
    row = await service.find(reply.session, caller, request_id)
    return await _answer(reply, row)


@router.get(
    "/resource-requests/{request_id}/deadlines",
    operation_id="get_resource_request_deadlines",
    summary="时限 Its clocks",
)
async def get_deadlines(
    reply: ReplyDep, request_id: uuid.UUID, caller: RequestParty, explain: bool = False
) -> DeadlinesOut:
    """Each with its source; `explain=true` lists every day, counted or not, and why."""
    row = await service.find(reply.session, caller, request_id)
    return service.deadlines(row, reply.today, explain=explain, english=reply.english)


@router.post(
    "/resource-requests/{request_id}/decision",
    operation_id="decide_resource_request",
    summary="答复申请 Answer a request",
)
async def decide_request(
    reply: ReplyDep, request_id: uuid.UUID, body: RequestDecisionIn, caller: CatalogueKeeper, version: IfMatch
) -> RequestOut:
    """By an officer or the producer of the resource. A grant gives no more than was asked; each has a reason."""
    row = await service.decide(reply.session, Act(caller, request_id, version, reply.today), body)
    return await _answer(reply, row)


@router.post(
    "/resource-requests/{request_id}/dispute",
    operation_id="dispute_resource_request",
    summary="提出争议 Dispute",
)
async def dispute_request(
    reply: ReplyDep, request_id: uuid.UUID, body: ResourceReasonIn, caller: ResourceUser, version: IfMatch
) -> RequestOut:
    """By the requester, after a refusal or a grant that gives less than was asked; a grant holds on meanwhile."""
    row = await service.dispute(reply.session, Act(caller, request_id, version, reply.today), body.reason)
    return await _answer(reply, row)


@router.post(
    "/resource-requests/{request_id}/settlement",
    operation_id="settle_resource_request",
    summary="裁定争议 Settle a dispute",
)
async def settle_request(
    reply: ReplyDep, request_id: uuid.UUID, body: RequestDecisionIn, caller: ResourceOfficer, version: IfMatch
) -> RequestOut:
    """By an officer other than the one who answered; it is final here."""
    row = await service.settle(reply.session, Act(caller, request_id, version, reply.today), body)
    return await _answer(reply, row)


@router.post(
    "/resource-requests/{request_id}/withdrawal", operation_id="withdraw_resource_request", summary="撤回申请 Withdraw"
)
async def withdraw_request(
    reply: ReplyDep, request_id: uuid.UUID, caller: ResourceUser, version: IfMatch
) -> RequestOut:
    """By the requester, while it waits or is disputed; a grant that was disputed holds on as it is."""
    row = await service.withdraw(reply.session, Act(caller, request_id, version, reply.today))
    return await _answer(reply, row)
