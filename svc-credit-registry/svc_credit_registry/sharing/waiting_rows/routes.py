"""HTTP of rows that wait for a match."""

import uuid

from fastapi import Request, Response

from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import IfMatch, Page, Paging, Router, paginate, set_etag
from shared.problems import wants_english
from svc_credit_registry.access import RegistryOfficer
from svc_credit_registry.sharing.submissions import queries as receipts
from svc_credit_registry.sharing.submissions.models import SubmissionReceipt
from svc_credit_registry.sharing.submissions.schemas import SubmissionReceiptOut
from svc_credit_registry.sharing.waiting_rows import service
from svc_credit_registry.sharing.waiting_rows.schemas import MatchDecisionIn, WaitingOut

router = Router(tags=["submissions"])


@router.get(
    "/v1/submission-matches", operation_id="list_submission_matches", summary="待匹配队列 Rows that wait, oldest first"
)
async def list_matches(
    _caller: RegistryOfficer, session: SessionDep, paging: Paging, request: Request, response: Response
) -> Page[WaitingOut]:
    """What each row says, why it waits, and which enterprises may be meant, the likeliest first."""
    found = await paginate(
        session,
        receipts.waiting(),
        keys=[SubmissionReceipt.id.asc()],
        paging=paging,
        request=request,
        response=response,
    )
    return found.page([service.waiting_out(row, english=wants_english(request)) for row in found.rows])


@router.post(
    "/v1/submission-matches/{receipt_id}/decision",
    operation_id="decide_submission_match",
    summary="人工匹配 Say whose a waiting row is, or send it back",
)
async def decide_match(  # noqa: PLR0913 - an edit with its version and its clock
    receipt_id: uuid.UUID, body: MatchDecisionIn, caller: RegistryOfficer, session: SessionDep, version: IfMatch,
    now: NowDep, response: Response,
) -> SubmissionReceiptOut:  # fmt: skip
    """With a code the row goes on that enterprise's record; without one it is refused with the reason."""
    row = await service.decide(session, caller, receipt_id, version, (body, now))
    set_etag(response, row)
    return SubmissionReceiptOut.model_validate(row)
