"""HTTP of requests for shared resources."""

import uuid
from typing import Annotated

from fastapi import Path, Query, Request, Response

from shared.clock import TodayDep
from shared.db import SessionDep
from shared.deadlines import DeadlinesOut
from shared.http import IfMatch, Page, Paging, Router, paginate, set_etag
from shared.problems import wants_english
from svc_credit_registry.access import CatalogueKeeper, RequestParty, ResourceOfficer, ResourceUser
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


@router.post(
    "/resources/{code}/requests",
    operation_id="request_resource",
    summary="共享申请 Ask for a resource",
    status_code=201,
)
async def request_resource(
    code: Code, body: RequestIn, caller: ResourceUser, session: SessionDep, today: TodayDep, response: Response
) -> RequestOut:
    """Purpose, duty in law, fields, rows and period; answered within 10 working days, by a grant or with reasons."""
    row = await service.submit(session, caller, code, body, today)
    response.headers["Location"] = f"/v1/resource-requests/{row.id}"
    set_etag(response, row)
    return service.shown(row, today, english=False)


@router.get("/resource-requests", operation_id="list_resource_requests", summary="共享申请列表 Requests, newest first")
async def list_requests(  # noqa: PLR0913 - a list with its filters
    caller: RequestParty, session: SessionDep, paging: Paging, request: Request, response: Response, today: TodayDep,
    state: ResourceRequestState | None = None,
) -> Page[RequestOut]:  # fmt: skip
    """An agency sees its own, officers all."""
    requester = None if is_officer(caller) else requester_of(caller)
    found = await paginate(
        session, queries.requests(requester, state), keys=[ResourceRequest.id.desc()], paging=paging, request=request,
        response=response,
    )  # fmt: skip
    return found.page([service.shown(row, today, english=wants_english(request)) for row in found.rows])


@router.get(
    "/resource-requests/queue", operation_id="list_waiting_resource_requests", summary="待答复 Requests that wait"
)
async def list_waiting(  # noqa: PLR0913 - a list with its filters
    caller: CatalogueKeeper, session: SessionDep, paging: Paging, request: Request, response: Response, today: TodayDep,
    overdue: Annotated[bool, Query(description="Only those whose term is over")] = False,
) -> Page[RequestOut]:  # fmt: skip
    """Those due first come first: for officers all, for an agency those for its own resources."""
    statement = queries.waiting(service.producer_of(caller), today if overdue else None)
    found = await paginate(
        session, statement, keys=[ResourceRequest.due_on.asc(), ResourceRequest.id.asc()], paging=paging,
        request=request, response=response,
    )  # fmt: skip
    return found.page([service.shown(row, today, english=wants_english(request)) for row in found.rows])


@router.get("/resource-requests/{request_id}", operation_id="get_resource_request", summary="共享申请详情 One request")
async def get_request(
    request_id: uuid.UUID,
    caller: RequestParty,
    session: SessionDep,
    today: TodayDep,
    response: Response,
    request: Request,
) -> RequestOut:
    """For the requester, the producer and officers; 404 for all others."""
    row = await service.find(session, caller, request_id)
    set_etag(response, row)
    return service.shown(row, today, english=wants_english(request))


@router.get(
    "/resource-requests/{request_id}/deadlines",
    operation_id="get_resource_request_deadlines",
    summary="时限 Its clocks",
)
async def get_deadlines(
    request_id: uuid.UUID, caller: RequestParty, session: SessionDep, today: TodayDep, request: Request,
    explain: bool = False,
) -> DeadlinesOut:  # fmt: skip
    """Each with its source; `explain=true` lists every day, counted or not, and why."""
    row = await service.find(session, caller, request_id)
    return service.deadlines(row, today, explain=explain, english=wants_english(request))


@router.post(
    "/resource-requests/{request_id}/decision",
    operation_id="decide_resource_request",
    summary="答复申请 Answer a request",
)
async def decide_request(  # noqa: PLR0913 - an edit with its version and its clock
    request_id: uuid.UUID, body: RequestDecisionIn, caller: CatalogueKeeper, session: SessionDep, version: IfMatch,
    today: TodayDep, response: Response,
) -> RequestOut:  # fmt: skip
    """By an officer or the producer of the resource. A grant gives no more than was asked; each has a reason."""
    row = await service.decide(session, Act(caller, request_id, version, today), body)
    set_etag(response, row)
    return service.shown(row, today, english=False)


@router.post(
    "/resource-requests/{request_id}/dispute",
    operation_id="dispute_resource_request",
    summary="提出争议 Dispute",
)
async def dispute_request(  # noqa: PLR0913 - an edit with its version and its clock
    request_id: uuid.UUID, body: ResourceReasonIn, caller: ResourceUser, session: SessionDep, version: IfMatch,
    today: TodayDep, response: Response,
) -> RequestOut:  # fmt: skip
    """By the requester, after a refusal or a grant that gives less than was asked; a grant holds on meanwhile."""
    row = await service.dispute(session, Act(caller, request_id, version, today), body.reason)
    set_etag(response, row)
    return service.shown(row, today, english=False)


@router.post(
    "/resource-requests/{request_id}/settlement",
    operation_id="settle_resource_request",
    summary="裁定争议 Settle a dispute",
)
async def settle_request(  # noqa: PLR0913 - an edit with its version and its clock
    request_id: uuid.UUID, body: RequestDecisionIn, caller: ResourceOfficer, session: SessionDep, version: IfMatch,
    today: TodayDep, response: Response,
) -> RequestOut:  # fmt: skip
    """By an officer other than the one who answered; it is final here."""
    row = await service.settle(session, Act(caller, request_id, version, today), body)
    set_etag(response, row)
    return service.shown(row, today, english=False)


@router.post(
    "/resource-requests/{request_id}/withdrawal", operation_id="withdraw_resource_request", summary="撤回申请 Withdraw"
)
async def withdraw_request(
    request_id: uuid.UUID, caller: ResourceUser, session: SessionDep, version: IfMatch, today: TodayDep,
    response: Response,
) -> RequestOut:  # fmt: skip
    """By the requester, while it waits or is disputed; a grant that was disputed holds on as it is."""
    row = await service.withdraw(session, Act(caller, request_id, version, today))
    set_etag(response, row)
    return service.shown(row, today, english=False)
