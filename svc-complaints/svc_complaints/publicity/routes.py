"""Objection, waiver and decision over HTTP."""

import uuid

from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import Router
from svc_complaints.access import AnyCaller, Officer
from svc_complaints.cases.routes import ReplyDep
from svc_complaints.cases.rules import Viewer
from svc_complaints.cases.schemas import ComplaintOut
from svc_complaints.publicity import service
from svc_complaints.publicity.schemas import ObjectionDecisionIn, ObjectionIn, ObjectionOut

router = Router(prefix="/v1/complaints/{complaint_id}", tags=["publicity"])


@router.post("/objection", summary="公示异议 Object to publication")
async def object_to(
    reply: ReplyDep,
    session: SessionDep,
    caller: AnyCaller,
    today: TodayDep,
    complaint_id: uuid.UUID,
    body: ObjectionIn,
) -> ComplaintOut:
    """The respondent's representative objects within the window; publication waits for the unit's decision."""
    complaint = await service.object_to(session, caller, complaint_id, body, today)
    return await reply.with_(complaint, Viewer.RESPONDENT)


@router.get("/objection", summary="公示异议 Read the objection")
async def show_objection(session: SessionDep, caller: AnyCaller, complaint_id: uuid.UUID) -> ObjectionOut:
    """The objection and what became of it, for the respondent and the unit."""
    return ObjectionOut.model_validate(await service.objection_of(session, caller, complaint_id))


@router.post("/objection-waiver", summary="放弃异议 Waive the objection")
async def waive(
    reply: ReplyDep,
    session: SessionDep,
    caller: AnyCaller,
    today: TodayDep,
    complaint_id: uuid.UUID,
) -> ComplaintOut:
    """The respondent's representative has nothing to object; the outcome is published at once."""
    complaint = await service.waive(session, caller, complaint_id, today)
    return await reply.with_(complaint, Viewer.RESPONDENT)


@router.post("/objection-decision", summary="异议决定 Decide on the objection")
async def decide_objection(
    reply: ReplyDep,
    session: SessionDep,
    caller: Officer,
    today: TodayDep,
    complaint_id: uuid.UUID,
    body: ObjectionDecisionIn,
) -> ComplaintOut:
    """The unit upholds the objection (not published) or rejects it (published now)."""
    complaint = await service.decide_objection(session, caller, complaint_id, body, today)
    return await reply.with_(complaint, Viewer.OFFICER)
