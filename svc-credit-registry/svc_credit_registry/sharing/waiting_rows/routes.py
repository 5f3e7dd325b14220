"""HTTP of rows that wait for a match."""

import uuid
from typing import Annotated

from fastapi import Query

from shared.clock import NowDep
from shared.http import IfMatch, Page, Paging, Router
from svc_credit_registry.access import RegistryOfficer
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.sharing.submissions import queries as receipts
from svc_credit_registry.sharing.submissions.models import SubmissionReceipt
from svc_credit_registry.sharing.submissions.schemas import SubmissionReceiptOut
from svc_credit_registry.sharing.waiting_rows import service
from svc_credit_registry.sharing.waiting_rows.schemas import MatchDecisionIn, WaitingFilters, WaitingOut

router = Router(tags=["submissions"])


@router.get(
    "/v1/submission-matches", operation_id="list_submission_matches", summary="待匹配队列 Rows that wait, oldest first"
)
async def list_matches(
    reply: ReplyDep, _caller: RegistryOfficer, paging: Paging, filters: Annotated[WaitingFilters, Query()]
) -> Page[WaitingOut]:
    """What each row says, why it waits, and which enterprises may be meant, the likeliest first."""
    statement = receipts.waiting(**filters.model_dump())
    found = await reply.page_of(statement, [SubmissionReceipt.id.asc()], paging)
    return found.page([service.waiting_out(row, english=reply.english) for row in found.rows])


@router.post(
    "/v1/submission-matches/{receipt_id}/decision",
    operation_id="decide_submission_match",
    summary="人工匹配 Say whose a waiting row is, or send it back",
)
async def decide_match(
    reply: ReplyDep,
    receipt_id: uuid.UUID,
    body: MatchDecisionIn,
    caller: RegistryOfficer,
    version: IfMatch,
    now: NowDep,
) -> SubmissionReceiptOut:
    """With a code the row goes on that enterprise's record; without one it is refused with the reason."""
    row = await service.decide(reply.session, caller, receipt_id, version, (body, now))
    await reply.versioned(row)
    return SubmissionReceiptOut.model_validate(row)
