"""Evaluating the handling, and following up a bad grade."""

import uuid
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from svc_complaints.cases import rules as case_rules
from svc_complaints.cases import service as cases
from svc_complaints.cases.errors import NotComplainant
from svc_complaints.cases.rules import Viewer
from svc_complaints.evaluation import rules
from svc_complaints.evaluation.errors import AlreadyEvaluated, EvaluationUnknown, NoFollowUpDue
from svc_complaints.evaluation.models import Evaluation
from svc_complaints.evaluation.schemas import EvaluationIn, FollowUpIn


async def evaluate(
    session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, body: EvaluationIn, today: date
) -> Evaluation:
    """The complainant grades the handling, once, after its end; a bad grade sets off the unit's follow-up."""
    complaint = await cases.for_complainant(session, caller, complaint_id)
    rules.check_ended(complaint.state)
    if await session.get(Evaluation, complaint.id):
        raise AlreadyEvaluated
    evaluation = Evaluation(complaint_id=complaint.id, grade=int(body.grade), comment=body.comment)
    if rules.needs_follow_up(body.grade):
        term = case_rules.terms_of(complaint.terms_version).follow_up
        await cases.add_clock(session, complaint, term, today)
    complaint.evaluated_on = today
    session.add(evaluation)
    await audit.record(
        session,
        caller,
        action="complaint.evaluated",
        object_type="complaint",
        object_id=complaint.id,
        after={"grade": int(body.grade)},
    )
    await session.flush()
    return evaluation


async def follow_up(
    session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, body: FollowUpIn, today: date
) -> Evaluation:
    """The unit answers a bad grade, once."""
    complaint = await cases.for_officer(session, caller, complaint_id)
    evaluation = await session.get(Evaluation, complaint.id)
    if evaluation is None or evaluation.followed_up_on or not rules.needs_follow_up(rules.Grade(evaluation.grade)):
        raise NoFollowUpDue
    evaluation.answer, evaluation.followed_up_on, evaluation.followed_up_by = body.answer, today, caller.subject
    await cases.meet_clock(session, complaint, rules.CLOCK, today)
    await audit.record(session, caller, action="complaint.followed_up", object_type="complaint", object_id=complaint.id)
    return evaluation


async def evaluation_of(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID) -> Evaluation:
    """The evaluation, for the complainant and the unit, not for the respondent."""
    complaint, viewer = await cases.read(session, caller, complaint_id)
    if viewer is Viewer.RESPONDENT:
        raise NotComplainant
    evaluation = await session.get(Evaluation, complaint.id)
    if evaluation is None:
        raise EvaluationUnknown
    return evaluation
