"""HTTP of pushed records: one by one, their receipts, and what waits for a match."""

import uuid
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from shared.auth import Caller
from shared.clock import NowDep
from shared.errors import FieldError, Forbidden
from shared.http import IDEMPOTENCY_OPTIONAL, Page, Paging, Router
from shared.problems import problem
from shared.runtime import RuntimeDep
from svc_credit_registry.access import AnyCaller, RecordProducer
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.sharing.exchange import service as exchange
from svc_credit_registry.sharing.exchange.rules import Exchanged, digest
from svc_credit_registry.sharing.exchange.rules import ExchangeKind as ExchangeKind
from svc_credit_registry.sharing.matching.service import index_of
from svc_credit_registry.sharing.submissions import queries, rules, service
from svc_credit_registry.sharing.submissions.errors import SubmissionRefused
from svc_credit_registry.sharing.submissions.models import SubmissionReceipt
from svc_credit_registry.sharing.submissions.rules import SubmissionOutcome
from svc_credit_registry.sharing.submissions.schemas import (
    ExportFilters,
    ReceiptFilters,
    Row,
    RowIn,
    SubmissionReceiptOut,
)
from svc_credit_registry.sharing.submissions.service import Given, Push

router = Router(tags=["submissions"])

MEDIA_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
STATUS = {SubmissionOutcome.UNCHANGED: 200, SubmissionOutcome.ENDED: 200, SubmissionOutcome.WAITING: 202}
PRODUCE, MAINTAIN, AUDIT = "credit-registry:records:push", "credit-registry:enterprises:maintain", "platform:audit"


def producer_seen(caller: Caller, asked: str | None) -> str | None:
    """Whose receipts a caller sees: an agency its own; officers and auditors those of `asked`, or all."""
    if caller.has(MAINTAIN) or caller.has(AUDIT):
        return asked
    if caller.has(PRODUCE):
        return exchange.requester_of(caller)
    raise Forbidden(f"This needs the permission {PRODUCE} or {MAINTAIN}.", permission=PRODUCE)


@router.post(
    "/v1/submissions",
    operation_id="push_record",
    summary="报送一条信息 Push one record",
    status_code=201,
    response_model=SubmissionReceiptOut,
    openapi_extra=IDEMPOTENCY_OPTIONAL,
    responses={200: {"model": SubmissionReceiptOut, "description": "It stood on the record as it is, or was ended"},
               202: {"model": SubmissionReceiptOut, "description": "Taken; it waits for a match with an enterprise"}},
)  # fmt: skip
async def push_record(
    reply: ReplyDep, body: RowIn, caller: RecordProducer, asked: exchange.AskedDep, now: NowDep, runtime: RuntimeDep
) -> Response:
    """Idempotent by the agency's own `key`: the same content again changes nothing, other content is a new version.

    What is refused (422, each fault with its pointer) has a receipt too: its id is in the problem document.
    """
    rules.pushed_kind(body.kind)
    push = Push(caller, exchange.requester_of(caller), body.kind, now, index_of(runtime.settings))
    rules.check_producer(body.producer, push.producer)
    row = Row.model_validate(body.model_dump(exclude={"kind"}))
    (receipt,) = await service.take(reply.session, push, [Given(row, row.key)])
    shown = SubmissionReceiptOut.model_validate(receipt)
    if receipt.outcome == SubmissionOutcome.REFUSED:
        faults = [FieldError(f.pointer, f.code, f.message) for f in shown.faults]
        answer = problem(reply.request, SubmissionRefused(errors=faults, receipt_id=str(receipt.id)))
        seen = Exchanged(ExchangeKind.PUSH, body.kind, 0, digest(bytes(answer.body)))
        await exchange.log(reply.session, caller, asked, seen)
        return answer
    answer = await exchange.answer(reply.session, caller, asked, (ExchangeKind.PUSH, body.kind, 1), shown)
    answer.status_code = STATUS.get(SubmissionOutcome(receipt.outcome), 201)
    answer.headers["Location"] = f"/v1/submission-receipts/{receipt.id}"
    return answer


@router.get(
    "/v1/submission-receipts", operation_id="list_submission_receipts", summary="报送回执 Receipts, newest first"
)
async def list_receipts(
    reply: ReplyDep, caller: AnyCaller, paging: Paging, filters: Annotated[ReceiptFilters, Query()]
) -> Page[SubmissionReceiptOut]:
    """An agency sees its own receipts, officers of the register and auditors all of them."""
    given = filters.model_dump() | {"producer": producer_seen(caller, filters.producer)}
    found = await reply.page_of(queries.receipts(**given), [SubmissionReceipt.id.desc()], paging)
    return found.page([SubmissionReceiptOut.model_validate(row) for row in found.rows])


@router.get(
    "/v1/submission-receipts/export",
    operation_id="export_submission_receipts",
    summary="回执下载 All receipts that fit, as NDJSON or CSV",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {}, "text/csv": {}}}},
)
async def export_receipts(
    caller: AnyCaller, runtime: RuntimeDep, filters: Annotated[ExportFilters, Query()]
) -> Response:
    """In the order in which the rows came, however many there are."""
    given = filters.model_dump(exclude={"form"}) | {"producer": producer_seen(caller, filters.producer)}

    async def written() -> AsyncIterator[str]:
        yield rules.receipts_head(filters.form)
        async for part in queries.stream(runtime.sessions, **given):
            yield service.receipts_text(part, filters.form)

    headers = {"Content-Disposition": f'attachment; filename="receipts.{filters.form}"'}
    return StreamingResponse(written(), media_type=MEDIA_TYPES[filters.form], headers=headers)


@router.get(
    "/v1/submission-receipts/{receipt_id}", operation_id="get_submission_receipt", summary="回执详情 One receipt"
)
async def get_receipt(reply: ReplyDep, receipt_id: uuid.UUID, caller: AnyCaller) -> SubmissionReceiptOut:
    """What became of a row, also later, when it has found its match; 404 for the receipts of others."""
    row = await service.find(reply.session, receipt_id, producer_seen(caller, None))
    await reply.versioned(row)
    return SubmissionReceiptOut.model_validate(row)
