"""HTTP of requests for correction."""

import uuid
from typing import Annotated

from fastapi import Query, Request, Response

from shared.auth import Caller
from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import IfMatch, Page, Paging, Router, paginate, set_etag
from shared.problems import wants_english
from svc_credit_registry.access import CorrectionParty, RecordProducer
from svc_credit_registry.sharing.corrections import queries, service
from svc_credit_registry.sharing.corrections.models import CorrectionRequest
from svc_credit_registry.sharing.corrections.rules import Origin
from svc_credit_registry.sharing.corrections.schemas import (
    CorrectionAnswerIn,
    CorrectionFilters,
    CorrectionOut,
    CorrectionRequestIn,
)
from svc_credit_registry.sharing.corrections.service import Noticed
from svc_credit_registry.sharing.exchange.service import requester_of

router = Router(prefix="/v1/correction-requests", tags=["corrections"])

OFFICER = "credit-registry:enterprises:maintain"


def concerned(caller: Caller) -> str | None:
    """Whose requests a caller sees: officers all (None), others those which concern them."""
    return None if caller.has(OFFICER) else requester_of(caller)


@router.post("", operation_id="ask_for_correction", summary="提出更正 Tell a producer what is wrong", status_code=201)
async def ask(
    body: CorrectionRequestIn, caller: CorrectionParty, session: SessionDep, today: TodayDep, response: Response
) -> CorrectionOut:
    """By officers of the register and by agencies that read the data; the producer answers within 10 working days."""
    origin = Origin.STAFF if caller.has(OFFICER) else Origin.AGENCY
    row = await service.ask(session, caller, body, Noticed(origin), today)
    response.headers["Location"] = f"/v1/correction-requests/{row.id}"
    set_etag(response, row)
    return service.shown(row, today, english=False)


@router.get("", operation_id="list_correction_requests", summary="更正请求 Requests for correction, newest first")
async def list_requests(  # noqa: PLR0913 - a list with its filters
    caller: CorrectionParty, session: SessionDep, paging: Paging, request: Request, response: Response, today: TodayDep,
    filters: Annotated[CorrectionFilters, Query()],
) -> Page[CorrectionOut]:  # fmt: skip
    """An agency sees those about its own records and those it made itself, officers all."""
    due = today if filters.overdue else None
    statement = queries.requests(concerned(caller), filters.producer, filters.state, due)
    found = await paginate(
        session, statement, keys=[CorrectionRequest.id.desc()], paging=paging, request=request, response=response
    )
    return found.page([service.shown(row, today, english=wants_english(request)) for row in found.rows])


@router.get("/{request_id}", operation_id="get_correction_request", summary="更正请求详情 One request for correction")
async def get_request(
    request_id: uuid.UUID,
    caller: CorrectionParty,
    session: SessionDep,
    today: TodayDep,
    response: Response,
    request: Request,
) -> CorrectionOut:
    """For the producer, the one who asked, and officers; 404 for all others."""
    row = await service.find(session, request_id, concerned(caller))
    set_etag(response, row)
    return service.shown(row, today, english=wants_english(request))


@router.post("/{request_id}/refusal", operation_id="refuse_correction", summary="核实无误 Nothing is wrong")
async def refuse(  # noqa: PLR0913 - an edit with its version and its clock
    request_id: uuid.UUID, body: CorrectionAnswerIn, caller: RecordProducer, session: SessionDep, version: IfMatch,
    today: TodayDep, response: Response,
) -> CorrectionOut:  # fmt: skip
    """By the producer, with reasons. To correct, it pushes a new version under the same key, or ends the record."""
    row = await service.refuse(session, caller, request_id, version, (body.reason, today))
    set_etag(response, row)
    return service.shown(row, today, english=False)


@router.post("/{request_id}/withdrawal", operation_id="withdraw_correction", summary="撤回更正 Withdraw")
async def withdraw(
    request_id: uuid.UUID,
    caller: CorrectionParty,
    session: SessionDep,
    version: IfMatch,
    today: TodayDep,
    response: Response,
) -> CorrectionOut:
    """By the one who asked."""
    row = await service.withdraw(session, caller, request_id, version)
    set_etag(response, row)
    return service.shown(row, today, english=False)
