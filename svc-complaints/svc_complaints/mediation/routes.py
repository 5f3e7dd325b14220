"""Minutes, appraisals, recusal and the outcome over HTTP."""

import uuid

from fastapi import Request

from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import IfMatch, Page, Router
from shared.problems import wants_english
from svc_complaints.access import AnyCaller, Officer
from svc_complaints.cases.routes import ReplyDep
from svc_complaints.cases.rules import Viewer
from svc_complaints.cases.schemas import ComplaintOut
from svc_complaints.mediation import service
from svc_complaints.mediation.rules import RESULTS, Result
from svc_complaints.mediation.schemas import (
    AppraisalEndIn,
    AppraisalIn,
    AppraisalOut,
    MediationRecordIn,
    MediationRecordOut,
    NoticeIn,
    OutcomeIn,
    OutcomeOut,
)

router = Router(prefix="/v1/complaints/{complaint_id}", tags=["mediation"])


@router.post("/mediation-records", status_code=201, summary="调解记录 Record a mediation")
async def add_record(
    session: SessionDep, caller: Officer, today: TodayDep, complaint_id: uuid.UUID, body: MediationRecordIn
) -> MediationRecordOut:
    """Keeps the minutes of one attempt to mediate; only the unit and its superiors read them."""
    record = await service.add_record(session, caller, complaint_id, body, today)
    return MediationRecordOut.model_validate(record)


@router.get("/mediation-records", summary="调解记录 List the minutes")
async def list_records(session: SessionDep, caller: Officer, complaint_id: uuid.UUID) -> Page[MediationRecordOut]:
    """The minutes, oldest first."""
    found = await service.records(session, caller, complaint_id)
    return Page(items=[MediationRecordOut.model_validate(record) for record in found])


@router.post("/appraisals", status_code=201, summary="启动鉴定 Begin an appraisal")
async def start_appraisal(
    session: SessionDep, caller: Officer, today: TodayDep, complaint_id: uuid.UUID, body: AppraisalIn
) -> AppraisalOut:
    """Begins an expert appraisal: its time does not count towards the 45 working days."""
    return AppraisalOut.model_validate(await service.start_appraisal(session, caller, complaint_id, body, today))


@router.get("/appraisals", summary="鉴定 List the appraisals")
async def list_appraisals(session: SessionDep, caller: AnyCaller, complaint_id: uuid.UUID) -> Page[AppraisalOut]:
    """The appraisals, oldest first; both parties see them."""
    found = await service.appraisals(session, caller, complaint_id)
    return Page(items=[AppraisalOut.model_validate(appraisal) for appraisal in found])


@router.post("/appraisals/{appraisal_id}/end", summary="鉴定完成 End an appraisal")
async def end_appraisal(
    session: SessionDep,
    caller: Officer,
    today: TodayDep,
    complaint_id: uuid.UUID,
    appraisal_id: uuid.UUID,
    body: AppraisalEndIn,
) -> AppraisalOut:
    """Ends an appraisal; the last day of the mediation moves by the working days it took."""
    ended = await service.end_appraisal(session, caller, complaint_id, appraisal_id, body, today)
    return AppraisalOut.model_validate(ended)


@router.post("/outcome", summary="调解结果 Record the outcome")
async def conclude(
    reply: ReplyDep,
    caller: Officer,
    today: TodayDep,
    version: IfMatch,
    complaint_id: uuid.UUID,
    body: OutcomeIn,
) -> ComplaintOut:
    """Ends the mediation. The summary becomes public after the window for objection; personal data in it is refused."""
    complaint = await service.conclude(reply.session, caller, complaint_id, version, body, today)
    return await reply.with_(complaint, Viewer.OFFICER)


@router.get("/outcome", summary="调解结果 Read the outcome")
async def outcome(session: SessionDep, request: Request, caller: AnyCaller, complaint_id: uuid.UUID) -> OutcomeOut:
    """The outcome and the agreement, for both parties and the unit."""
    complaint, found = await service.outcome_of(session, caller, complaint_id)
    result = Result(found.result)
    return OutcomeOut(
        result=result,
        result_label=RESULTS[result][2 + wants_english(request)],
        basis=found.basis,
        summary=complaint.summary,
        agreement_text=found.agreement_text,
    )


@router.post("/notice", summary="告知被投诉人 Tell the respondent")
async def tell_respondent(
    reply: ReplyDep,
    session: SessionDep,
    caller: Officer,
    today: TodayDep,
    complaint_id: uuid.UUID,
    body: NoticeIn,
) -> ComplaintOut:
    """Notes how a respondent without an account was told that the mediation ended (7 working days)."""
    complaint = await service.tell_respondent(session, caller, complaint_id, body, today)
    return await reply.with_(complaint, Viewer.OFFICER)
