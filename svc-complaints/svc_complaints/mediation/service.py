"""Mediating: minutes, appraisals, the outcome, and the end which the law sets."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.events.complaints import ComplaintWithheldV1, MediationConcludedV1
from shared.http import check_version
from shared.outbox import publish
from svc_complaints.cases import queries as case_queries
from svc_complaints.cases import rules as case_rules
from svc_complaints.cases import service as cases
from svc_complaints.cases.errors import ComplaintUnknown
from svc_complaints.cases.models import Complaint
from svc_complaints.cases.rules import Act, Viewer
from svc_complaints.cases.service import Done
from svc_complaints.intake.service import end_by_withdrawal
from svc_complaints.mediation import queries, rules
from svc_complaints.mediation.errors import AppraisalRunning, AppraisalUnknown
from svc_complaints.mediation.models import Appraisal, MediationRecord, Outcome
from svc_complaints.mediation.rules import RESULTS, Result
from svc_complaints.mediation.schemas import AppraisalEndIn, AppraisalIn, MediationRecordIn, NoticeIn, OutcomeIn

CLOCK = "mediation"


async def add_record(
    session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, body: MediationRecordIn, today: date
) -> MediationRecord:
    """Keeps the minutes of one attempt to mediate."""
    complaint = await cases.for_officer(session, caller, complaint_id)
    case_rules.after(complaint.state, Act.RECORD_MEDIATION)
    held_on = body.held_on or today
    rules.check_day("/held_on", held_on, complaint.accepted_on or today, today)
    record = MediationRecord(
        complaint_id=complaint.id,
        held_on=held_on,
        method=body.method.value,
        minutes=body.minutes,
        officer_id=caller.subject,
    )
    session.add(record)
    await cases.move(session, complaint, Done(Act.RECORD_MEDIATION, Viewer.OFFICER, caller))
    return record


async def start_appraisal(
    session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, body: AppraisalIn, today: date
) -> Appraisal:
    """Begins an expert appraisal: from its first day on the mediation has no end. 409 while another one runs."""
    complaint = await cases.for_officer(session, caller, complaint_id)
    case_rules.after(complaint.state, Act.SUSPEND)
    started_on = body.started_on or today
    rules.check_day("/started_on", started_on, complaint.accepted_on or today, today)
    if await queries.running_appraisal(session, complaint.id):
        raise AppraisalRunning
    appraisal = Appraisal(complaint_id=complaint.id, body=body.body, subject=body.subject, started_on=started_on)
    session.add(appraisal)
    await cases.suspend_clock(session, complaint, CLOCK, started_on, f"鉴定：{body.body}")
    complaint.mediate_by = None
    await cases.move(session, complaint, Done(Act.SUSPEND, Viewer.OFFICER, caller, body.body))
    return appraisal


async def end_appraisal(
    session: AsyncSession,
    caller: Caller,
    complaint_id: uuid.UUID,
    appraisal_id: uuid.UUID,
    body: AppraisalEndIn,
    today: date,
) -> Appraisal:
    """Ends an appraisal: the mediation's last day moves by the days it took."""
    complaint = await cases.for_officer(session, caller, complaint_id)
    case_rules.after(complaint.state, Act.RESUME)
    appraisal = await queries.running_appraisal(session, complaint.id)
    if appraisal is None or appraisal.id != appraisal_id:
        raise AppraisalUnknown
    ended_on = body.ended_on or today
    rules.check_day("/ended_on", ended_on, appraisal.started_on, today)
    appraisal.ended_on, appraisal.finding = ended_on, body.finding
    complaint.mediate_by = (await cases.resume_clock(session, complaint, CLOCK, ended_on)).due_on
    await cases.move(session, complaint, Done(Act.RESUME, Viewer.OFFICER, caller, appraisal.body))
    return appraisal


async def conclude(
    session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, version: int, body: OutcomeIn, today: date
) -> Complaint:
    """Records how the mediation ended. 422 when the public summary holds personal data, 409 when it is over."""
    complaint = await cases.for_officer(session, caller, complaint_id)
    act, article, *_ = RESULTS[body.result]
    case_rules.after(complaint.state, act)
    check_version(complaint, version)
    rules.check_summary(body.summary, [complaint.complainant_name])
    rules.check_agreement_in_time(body.result, complaint.mediate_by, today)
    basis = case_rules.cite(case_rules.terms_of(complaint.terms_version), article)
    outcome = Outcome(
        complaint_id=complaint.id,
        result=body.result.value,
        basis=basis,
        agreement_text=body.agreement_text,
        decided_by=caller.subject,
    )
    complaint.summary = body.summary
    await _end(session, complaint, outcome, Done(act, Viewer.OFFICER, caller, basis), today)
    return complaint


async def conclude_by_law(session: AsyncSession, complaint: Complaint, today: date) -> None:
    """Ends a mediation whose 45 working days have passed: without agreement, by the law itself."""
    basis = case_rules.cite(case_rules.terms_of(complaint.terms_version), rules.OVERDUE_ARTICLE)
    outcome = Outcome(complaint_id=complaint.id, result=Result.NO_AGREEMENT.value, basis=basis)
    complaint.summary = rules.OVERDUE_SUMMARY
    await _end(session, complaint, outcome, Done(Act.CONCLUDE, Viewer.SYSTEM, None, basis), today)


async def _end(session: AsyncSession, complaint: Complaint, outcome: Outcome, done: Done, today: date) -> None:
    """The one way out of a mediation: close what runs, keep the outcome, tell the parties, set off what follows."""
    await _end_running_appraisal(session, complaint, today)
    session.add(outcome)
    complaint.outcome = outcome.result
    if done.act is Act.WITHDRAW:
        await end_by_withdrawal(session, complaint, done, today)
        return
    complaint.concluded_on = today
    await cases.stop_clock(session, complaint, CLOCK, today)
    await cases.move(session, complaint, done)
    await _tell_parties(session, complaint, today)
    if done.act is Act.CLOSE:
        await publish(
            session, ComplaintWithheldV1(complaint_id=complaint.id, number=complaint.number, reason=outcome.result)
        )
        return
    await _open_objection_window(session, complaint, today)


async def _end_running_appraisal(session: AsyncSession, complaint: Complaint, today: date) -> None:
    appraisal = await queries.running_appraisal(session, complaint.id)
    if appraisal is not None:
        appraisal.ended_on = today
        complaint.mediate_by = (await cases.resume_clock(session, complaint, CLOCK, today)).due_on


async def _tell_parties(session: AsyncSession, complaint: Complaint, today: date) -> None:
    """Both sides see the outcome in their accounts at once; a respondent without an account has to be told by hand."""
    terms = case_rules.terms_of(complaint.terms_version)
    await cases.add_clock(session, complaint, terms.notice, today)
    if await case_queries.has_representative(session, complaint.respondent_code):
        await cases.meet_clock(session, complaint, terms.notice.node, today)


async def _open_objection_window(session: AsyncSession, complaint: Complaint, today: date) -> None:
    terms = case_rules.terms_of(complaint.terms_version)
    window = await cases.start_clock(session, complaint, terms.objection, today)
    complaint.publish_after = window.due_on
    await publish(
        session,
        MediationConcludedV1(
            complaint_id=complaint.id,
            number=complaint.number,
            outcome=complaint.outcome or "",
            concluded_on=today,
            publish_after=window.due_on,
        ),
    )


async def tell_respondent(
    session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, body: NoticeIn, today: date
) -> Complaint:
    """Notes how and when a respondent without an account was told that the mediation ended."""
    complaint = await cases.for_officer(session, caller, complaint_id)
    case_rules.after(complaint.state, Act.TELL)
    told_on = body.told_on or today
    rules.check_day("/told_on", told_on, complaint.concluded_on or today, today)
    await cases.meet_clock(session, complaint, "notice", told_on)
    await cases.move(session, complaint, Done(Act.TELL, Viewer.OFFICER, caller, body.method))
    return complaint


async def records(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID) -> Sequence[MediationRecord]:
    """The minutes, for the unit and its superiors only."""
    await _for_reading_officer(session, caller, complaint_id)
    return await queries.records(session, complaint_id)


async def appraisals(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID) -> Sequence[Appraisal]:
    """The appraisals, for both parties and the unit."""
    await cases.read(session, caller, complaint_id)
    return await queries.appraisals(session, complaint_id)


async def outcome_of(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID) -> tuple[Complaint, Outcome]:
    """The outcome with the agreement, for both parties and the unit; reading the agreement is audited for officials."""
    complaint, viewer = await cases.read(session, caller, complaint_id)
    outcome = await session.get(Outcome, complaint.id)
    if outcome is None:
        raise ComplaintUnknown("调解尚未结束 / the mediation has not ended")
    if viewer is Viewer.OFFICER and outcome.agreement_text:
        await audit.record(session, caller, action="agreement.read", object_type="complaint", object_id=complaint.id)
    return complaint, outcome


async def _for_reading_officer(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID) -> None:
    _, viewer = await cases.read(session, caller, complaint_id)
    if viewer is not Viewer.OFFICER:
        raise ComplaintUnknown
