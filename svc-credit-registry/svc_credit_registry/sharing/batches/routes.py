"""HTTP of files of records."""

import uuid
from typing import Annotated

from fastapi import Path, Query, Request, Response

from shared.db import SessionDep
from shared.errors import UnsupportedMedia
from shared.http import Page, Paging, Router
from shared.runtime import RuntimeDep
from svc_credit_registry.access import AnyCaller, RecordProducer
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.sharing.batches import queries, service
from svc_credit_registry.sharing.batches.models import SubmissionBatch
from svc_credit_registry.sharing.batches.rules import Form
from svc_credit_registry.sharing.batches.schemas import BatchFileOut
from svc_credit_registry.sharing.batches.service import Upload
from svc_credit_registry.sharing.exchange import service as exchange
from svc_credit_registry.sharing.exchange.rules import ExchangeKind
from svc_credit_registry.sharing.exchange.service import AskedDep
from svc_credit_registry.sharing.submissions import rules as submission_rules
from svc_credit_registry.sharing.submissions.routes import producer_seen

router = Router(prefix="/v1/submission-batches", tags=["submissions"])

FORMS: dict[str, Form] = {"application/x-ndjson": "ndjson", "text/csv": "csv"}


def form_of(request: Request) -> Form:
    """The form of the body by its type; 415 for any other."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in FORMS:
        raise UnsupportedMedia(allowed=sorted(FORMS))
    return FORMS[given]


def announced_by(request: Request) -> int:
    """How many bytes the body has, as its sender says; 0 when he says nothing."""
    said = request.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() else 0


@router.put(
    "/{kind}/{name}",
    operation_id="push_record_file",
    summary="批量报送 Push a file of records",
    status_code=201,
    response_model=BatchFileOut,
    responses={200: {"model": BatchFileOut, "description": "The same bytes came under this name before"}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/x-ndjson": {"schema": {"type": "string", "format": "binary"}},
                "text/csv": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
async def push_file(  # noqa: PLR0913 - the file and its evidence
    reply: ReplyDep,
    kind: RecordKind,
    name: Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")],
    caller: RecordProducer,
    runtime: RuntimeDep,
    asked: AskedDep,
    rows: Annotated[int | None, Query(ge=0, le=10**8, description="How many rows you sent, to be compared")] = None,
) -> Response:
    """The raw bytes of NDJSON or CSV, UTF-8, under a name of the agency's own: sending it twice is sending it once.

    When this answers, the file is on disk; its rows are then worked through in the background, each with a receipt.
    """
    submission_rules.pushed_kind(kind)
    upload = Upload(
        caller, kind, name, form_of(reply.request), rows, reply.request.stream(), announced_by(reply.request)
    )
    batch, fresh = await service.receive(reply.session, runtime, upload, asked)
    reply.created(f"/v1/submission-batches/{batch.id}")
    (told,) = await service.described(reply.session, [batch])
    what = (ExchangeKind.PUSH_FILE, str(kind), rows or 0)
    answer = await exchange.answer(reply.session, caller, asked.with_body(batch.sha256), what, told)
    return reply.carried_by(answer, 201 if fresh else 200)


@router.get("", operation_id="list_record_files", summary="报送文件 Files of records, newest first")
async def list_batches(
    reply: ReplyDep,
    caller: AnyCaller,
    paging: Paging,
    producer: Annotated[str | None, Query(max_length=64, description="For officers; agencies see their own")] = None,
) -> Page[BatchFileOut]:
    """Each with how far the work on it is and what came of its rows."""
    found = await reply.page_of(
        queries.of_producer(producer_seen(caller, producer)), [SubmissionBatch.id.desc()], paging
    )
    return found.page(await service.described(reply.session, found.rows))


@router.get("/{batch_id}", operation_id="get_record_file", summary="报送文件详情 One file and what came of its rows")
async def get_batch(batch_id: uuid.UUID, caller: AnyCaller, session: SessionDep) -> BatchFileOut:
    """Its receipts are at `/v1/submission-receipts?batch_id=`; 404 for the files of others."""
    batch = await service.find(session, batch_id, producer_seen(caller, None))
    (told,) = await service.described(session, [batch])
    return told
