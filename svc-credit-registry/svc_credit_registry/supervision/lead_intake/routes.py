"""Where leads come in, and where their reporters follow them."""

from typing import Annotated, Any

from fastapi import Path, Response
from sqlalchemy import ColumnElement

from shared.errors import UnsupportedMedia
from shared.http import IDEMPOTENCY_OPTIONAL, Page, Paging, Router
from shared.runtime import RuntimeDep
from svc_credit_registry.access import LeadSource
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.sharing.exchange import service as exchange
from svc_credit_registry.sharing.exchange.rules import ExchangeKind, digest
from svc_credit_registry.sharing.exchange.service import AskedDep
from svc_credit_registry.sharing.matching.service import index_of
from svc_credit_registry.supervision.lead_intake import service
from svc_credit_registry.supervision.lead_intake.rules import CREATED
from svc_credit_registry.supervision.lead_intake.service import Intake
from svc_credit_registry.supervision.leads import queries
from svc_credit_registry.supervision.leads.models import Lead
from svc_credit_registry.supervision.leads.schemas import (
    LeadBatchOut,
    LeadIn,
    LeadReceiptOut,
    ReportedOut,
    reported_out,
)

router = Router(prefix="/v1", tags=["leads"])

NDJSON, LEADS = "application/x-ndjson", "leads"
BatchName = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
BODY = {"requestBody": {"required": True, "content": {NDJSON: {"schema": {"type": "string", "format": "binary"}}}}}


@router.post(
    "/leads",
    operation_id="report_lead",
    status_code=201,
    openapi_extra=IDEMPOTENCY_OPTIONAL,
    response_model=LeadReceiptOut,
    responses={200: {"description": "It had come before under this key: the same receipt", "model": LeadReceiptOut}},
)
async def report_lead(
    body: LeadIn,
    caller: LeadSource,
    runtime: RuntimeDep,
    reply: ReplyDep,
    asked: AskedDep,
) -> Response:
    """Takes a lead from monitoring, once for each key of its reporter: agencies with `leads:report`, and officials."""
    intake = Intake(caller, service.reporter_of(caller), reply.today, index_of(runtime.settings))
    receipt = await service.take(reply.session, intake, body)
    answer = await exchange.answer(reply.session, caller, asked, (ExchangeKind.PUSH, LEADS, 1), receipt)
    return reply.carried_by(answer, 201 if receipt.outcome == CREATED else 200)


@router.put("/lead-batches/{batch}", operation_id="report_lead_batch", openapi_extra=BODY, response_model=LeadBatchOut)
async def report_lead_batch(
    batch: BatchName,
    caller: LeadSource,
    runtime: RuntimeDep,
    reply: ReplyDep,
    asked: AskedDep,
) -> Response:
    """Takes up to 5,000 leads (NDJSON, 8 MiB), all at once or none; each row has its receipt, a bad one harms no other.

    Sent again it repeats the receipts: rows are known by their keys.
    """
    intake = Intake(caller, service.reporter_of(caller), reply.today, index_of(runtime.settings), batch)
    if reply.request.headers.get("content-type", "").partition(";")[0].strip().lower() != NDJSON:
        raise UnsupportedMedia(allowed=[NDJSON])
    raw = await service.read_whole(reply.request.stream())
    told = await service.take_batch(reply.session, intake, raw)
    what = (ExchangeKind.PUSH_FILE, LEADS, told.received)
    return reply.carried_by(await exchange.answer(reply.session, caller, asked.with_body(digest(raw)), what, told))


@router.get("/lead-reports", operation_id="list_reported_leads")
async def list_reported_leads(reply: ReplyDep, caller: LeadSource, paging: Paging) -> Page[ReportedOut]:
    """What became of the leads which the caller has reported, the newest first."""
    keys: list[ColumnElement[Any]] = [Lead.received_on.desc(), Lead.id.desc()]
    statement = queries.reported_by(service.reporter_of(caller))
    found = await reply.page_of(statement, keys, paging)
    return found.page([reported_out(lead, english=reply.english) for lead in found.rows])
