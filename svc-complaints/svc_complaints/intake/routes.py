"""Filing, withdrawing, accepting and refusing complaints over HTTP."""

import uuid

from fastapi import Request

from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import IfMatch, Page, Router
from shared.outbound import OutboundDep
from shared.problems import wants_english
from svc_complaints.access import AnyCaller, Complainant, Officer
from svc_complaints.cases.routes import ReplyDep
from svc_complaints.cases.rules import Viewer
from svc_complaints.cases.schemas import ComplaintOut
from svc_complaints.intake import rules, service
from svc_complaints.intake.schemas import ComplaintIn, FindingOut, GroundOut, RefusalIn, WithdrawalIn

router = Router(prefix="/v1", tags=["intake"])


@router.post("/complaints", status_code=201, summary="投诉 File a complaint")
async def file(
    reply: ReplyDep,
    session: SessionDep,
    outbound: OutboundDep,
    caller: Complainant,
    today: TodayDep,
    body: ComplaintIn,
) -> ComplaintOut:
    """Files a complaint with the county unit of the respondent's region; the answer names the statutory date."""
    complaint = await service.file(session, outbound, caller, body, today)
    reply.response.headers["Location"] = f"/v1/complaints/{complaint.id}"
    return await reply.with_(complaint, Viewer.COMPLAINANT)


@router.post("/complaints/{complaint_id}/withdrawal", summary="撤回投诉 Withdraw a complaint")
async def withdraw(
    reply: ReplyDep,
    session: SessionDep,
    caller: AnyCaller,
    today: TodayDep,
    complaint_id: uuid.UUID,
    body: WithdrawalIn | None = None,
) -> ComplaintOut:
    """The complainant takes the complaint back, before the decision or during the mediation."""
    reason = body.reason if body else None
    complaint = await service.withdraw(session, caller, complaint_id, reason, today)
    return await reply.with_(complaint, Viewer.COMPLAINANT)


@router.post("/complaints/{complaint_id}/acceptance", summary="受理 Accept a complaint")
async def accept(
    reply: ReplyDep,
    session: SessionDep,
    caller: Officer,
    today: TodayDep,
    version: IfMatch,
    complaint_id: uuid.UUID,
) -> ComplaintOut:
    """Accepts the complaint; mediation begins. Of two officers at the same moment one gets 409."""
    complaint = await service.accept(session, caller, complaint_id, version, today)
    return await reply.with_(complaint, Viewer.OFFICER)


@router.post("/complaints/{complaint_id}/refusal", summary="不予受理 Refuse a complaint")
async def refuse(
    reply: ReplyDep,
    caller: Officer,
    today: TodayDep,
    version: IfMatch,
    complaint_id: uuid.UUID,
    body: RefusalIn,
) -> ComplaintOut:
    """Refuses the complaint on a ground of the closed list (`GET /v1/refusal-grounds`), with its reason."""
    complaint = await service.refuse(reply.session, caller, complaint_id, version, body, today)
    return await reply.with_(complaint, Viewer.OFFICER)


@router.get("/refusal-grounds", summary="不予受理情形 Grounds for refusal")
async def grounds(request: Request, caller: AnyCaller) -> Page[GroundOut]:
    """The closed list of grounds on which a complaint may be refused, each with its article."""
    english = wants_english(request)
    items = [
        GroundOut(ground=ground, article=article, text=texts[english])
        for ground, (article, *texts) in rules.GROUNDS.items()
    ]
    return Page(items=items)


@router.get("/complaints/{complaint_id}/findings", summary="受理审查提示 What the record points to")
async def findings(session: SessionDep, request: Request, caller: Officer, complaint_id: uuid.UUID) -> Page[FindingOut]:
    """Grounds for refusal which the dates and contents of the record point to, for the officer who decides."""
    english = wants_english(request)
    found = await service.findings(session, caller, complaint_id)
    items = [
        FindingOut(ground=ground, article=rules.GROUNDS[ground][0], text=rules.GROUNDS[ground][1 + english])
        for ground in found
    ]
    return Page(items=items)
