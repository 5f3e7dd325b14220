"""HTTP of requests for correction."""

import uuid
from typing import Annotated

from fastapi import Query, Response

from shared.auth import Caller
from shared.http import IfMatch, Page, Paging, Router
from svc_credit_registry.access import CorrectionParty, CorrectionProducer
from svc_credit_registry.replies import Reply, ReplyDep
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
from svc_credit_registry.sharing.exchange import service as exchange
from svc_credit_registry.sharing.exchange.rules import Asked, ExchangeKind
from svc_credit_registry.sharing.exchange.service import AskedDep, requester_of

router = Router(prefix="/v1/correction-requests", tags=["corrections"])

OFFICER = "credit-registry:enterprises:maintain"


def concerned(caller: Caller) -> str | None:
    """Whose requests a caller sees: officers all (None), others those which concern them."""
    return None if caller.has(OFFICER) else requester_of(caller)


async def _exchanged(reply: Reply, caller: Caller, asked: Asked, row: CorrectionRequest, status: int = 200) -> Response:
    """The request as it stands now, with its version; the answer is in the log of the exchange."""
    await reply.versioned(row)
    body = service.shown(row, reply.today, english=reply.english)
    answer = await exchange.answer(reply.session, caller, asked, (ExchangeKind.CORRECTION, row.kind, 1), body)
    return reply.carried_by(answer, status)


@router.post(
    "",
    operation_id="ask_for_correction",
    summary="提出更正 Tell a producer what is wrong",
    status_code=201,
    response_model=CorrectionOut,
)
async def ask(reply: ReplyDep, body: CorrectionRequestIn, caller: CorrectionParty, asked: AskedDep) -> Response:
    """By officers of the register and by agencies that read the data; the producer answers within 10 working days."""
    origin = Origin.STAFF if caller.has(OFFICER) else Origin.AGENCY
    row = await service.ask(reply.session, caller, body, Noticed(origin), reply.today)
    reply.created(f"/v1/correction-requests/{row.id}")
    return await _exchanged(reply, caller, asked, row, 201)


@router.get("", operation_id="list_correction_requests", summary="更正请求 Requests for correction, newest first")
async def list_requests(
    reply: ReplyDep, caller: CorrectionParty, paging: Paging, filters: Annotated[CorrectionFilters, Query()]
) -> Page[CorrectionOut]:
    """An agency sees those about its own records and those it made itself, officers all."""
    due = reply.today if filters.overdue else None
    statement = queries.requests(concerned(caller), filters.producer, filters.state, due)
    found = await reply.page_of(statement, [CorrectionRequest.id.desc()], paging)
    return found.page([service.shown(row, reply.today, english=reply.english) for row in found.rows])


@router.get("/{request_id}", operation_id="get_correction_request", summary="更正请求详情 One request for correction")
async def get_request(reply: ReplyDep, request_id: uuid.UUID, caller: CorrectionParty) -> CorrectionOut:
    """For the producer, the one who asked, and officers; 404 for all others."""
    row = await service.find(reply.session, request_id, concerned(caller))
    await reply.versioned(row)
    return service.shown(row, reply.today, english=reply.english)


@router.post(
    "/{request_id}/refusal",
    operation_id="refuse_correction",
    summary="核实无误 Nothing is wrong",
    response_model=CorrectionOut,
)
async def refuse(
    reply: ReplyDep,
    request_id: uuid.UUID,
    body: CorrectionAnswerIn,
    caller: CorrectionProducer,
    version: IfMatch,
    asked: AskedDep,
) -> Response:
    """By the producer, an agency's system or the staff of a unit of market regulation, with reasons. To correct, an
    agency pushes a new version under the same key, or ends the record; a unit acts on the case the item follows from.
    """
    row = await service.refuse(reply.session, caller, request_id, version, (body.reason, reply.today))
    return await _exchanged(reply, caller, asked, row)


@router.post(
    "/{request_id}/withdrawal",
    operation_id="withdraw_correction",
    summary="撤回更正 Withdraw",
    response_model=CorrectionOut,
)
async def withdraw(
    reply: ReplyDep, request_id: uuid.UUID, caller: CorrectionParty, version: IfMatch, asked: AskedDep
) -> Response:
    """By the one who asked."""
    row = await service.withdraw(reply.session, caller, request_id, version)
    return await _exchanged(reply, caller, asked, row)
