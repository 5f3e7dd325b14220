"""Publishing the outcome of a complaint on the enterprise's record, after the enterprise had its say."""

import uuid
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.events.complaints import ComplaintPublishedV1, ComplaintWithheldV1
from shared.outbox import publish as record_event
from svc_complaints.cases import rules as case_rules
from svc_complaints.cases import service as cases
from svc_complaints.cases.errors import ComplaintUnknown
from svc_complaints.cases.models import Complaint
from svc_complaints.cases.rules import Act, Viewer
from svc_complaints.cases.service import Done
from svc_complaints.publicity import rules
from svc_complaints.publicity.models import Objection
from svc_complaints.publicity.schemas import ObjectionDecisionIn, ObjectionIn

WINDOW = "objection"
DECISION = "objection_decision"


async def publish(session: AsyncSession, complaint: Complaint, done: Done, today: date) -> None:
    """Publishes by `done`; the event carries the fields of the allow-list and nothing else."""
    complaint.published_on = today
    await cases.move(session, complaint, done)
    complaint.due_on = None
    fields = {name: getattr(complaint, name) for name in rules.PUBLIC_FIELDS}
    await record_event(session, ComplaintPublishedV1(complaint_id=complaint.id, **fields))


async def publish_after_window(session: AsyncSession, complaint: Complaint, today: date) -> None:
    """Publishes a complaint to which nobody objected in time."""
    await cases.stop_clock(session, complaint, WINDOW, complaint.publish_after or today)
    await publish(session, complaint, Done(Act.PUBLISH, Viewer.SYSTEM, None, "异议期届满 / window passed"), today)


async def object_to(
    session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, body: ObjectionIn, today: date
) -> Complaint:
    """The respondent objects: nothing is published until the unit has decided. 409 after the window."""
    complaint = await cases.for_respondent(session, caller, complaint_id)
    case_rules.after(complaint.state, Act.OBJECT)
    rules.check_window(complaint.publish_after, today)
    await cases.stop_clock(session, complaint, WINDOW, today)
    terms = case_rules.terms_of(complaint.terms_version)
    await cases.start_clock(session, complaint, terms.objection_decision, today)
    session.add(Objection(complaint_id=complaint.id, filed_by=caller.subject, filed_on=today, reasons=body.reasons))
    await cases.move(session, complaint, Done(Act.OBJECT, Viewer.RESPONDENT, caller))
    return complaint


async def waive(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, today: date) -> Complaint:
    """The respondent has nothing to object: the outcome is published at once."""
    complaint = await cases.for_respondent(session, caller, complaint_id)
    case_rules.after(complaint.state, Act.PUBLISH)
    await cases.stop_clock(session, complaint, WINDOW, today)
    note = "被投诉人放弃异议 / objection waived"
    await publish(session, complaint, Done(Act.PUBLISH, Viewer.RESPONDENT, caller, note), today)
    return complaint


async def decide_objection(
    session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, body: ObjectionDecisionIn, today: date
) -> Complaint:
    """The unit decides: an upheld objection keeps the complaint from the record, any other publishes it now."""
    complaint = await cases.for_officer(session, caller, complaint_id)
    act = Act.UPHOLD_OBJECTION if body.upheld else Act.REJECT_OBJECTION
    case_rules.after(complaint.state, act)
    objection = await session.get_one(Objection, complaint.id)
    objection.upheld, objection.decision_reason = body.upheld, body.reason
    objection.decided_by, objection.decided_on = caller.subject, today
    await cases.stop_clock(session, complaint, DECISION, today)
    done = Done(act, Viewer.OFFICER, caller, body.reason)
    if not body.upheld:
        await publish(session, complaint, done, today)
        return complaint
    await cases.move(session, complaint, done)
    await record_event(
        session,
        ComplaintWithheldV1(complaint_id=complaint.id, number=complaint.number, reason=rules.OBJECTION_UPHELD),
    )
    return complaint


async def objection_of(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID) -> Objection:
    """The objection, for the respondent and the unit; the complainant hears of its result only."""
    complaint, viewer = await cases.read(session, caller, complaint_id)
    objection = await session.get(Objection, complaint.id)
    if objection is None or viewer is Viewer.COMPLAINANT:
        raise ComplaintUnknown("没有异议 / there is no objection")
    return objection
