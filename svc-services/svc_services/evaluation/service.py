"""Takes ratings, follows up the bad ones."""

import uuid
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import record
from shared.auth import Caller
from svc_services.cases import service as cases
from svc_services.cases.errors import ConflictOfInterest, NotYourRegion
from svc_services.cases.models import Application
from svc_services.cases.rules import RATEABLE
from svc_services.evaluation import queries, rules
from svc_services.evaluation.errors import (
    AlreadyAnswered,
    AlreadyEvaluated,
    EvaluationUnknown,
    FollowUpUnknown,
    NotEndedYet,
)
from svc_services.evaluation.models import Evaluation, FollowUp
from svc_services.evaluation.schemas import EvaluationIn, EvaluationOut, FollowUpOut


async def rate(
    session: AsyncSession, caller: Caller, application_id: uuid.UUID, body: EvaluationIn, today: date
) -> tuple[Evaluation, FollowUp | None]:
    """The applicant's grade for an ended case, once. A bad one gives the unit an answer to write by a day."""
    application = await cases.own(session, caller, application_id, lock=True)
    if application.state not in RATEABLE:
        raise NotEndedYet(state=application.state)
    if await queries.of_application(session, application.id) is not None:
        raise AlreadyEvaluated(application.number)
    given = Evaluation(
        application_id=application.id,
        region=application.region,
        given_by=caller.subject,
        grade=body.grade,
        comment=body.comment,
        given_on=today,
    )
    session.add(given)
    await session.flush()
    task = await _follow_up(session, application, given) if rules.is_bad(body.grade) else None
    after = {"grade": body.grade, "follow_up_due_on": task.due_on if task else None}
    await record(session, caller, action="evaluation.given", object_type="evaluation", object_id=given.id, after=after)
    return given, task


async def _follow_up(session: AsyncSession, application: Application, given: Evaluation) -> FollowUp:
    task = FollowUp(
        evaluation_id=given.id,
        application_id=application.id,
        number=application.number,
        region=given.region,
        grade=given.grade,
        due_on=rules.follow_up_due(given.given_on).due_on,
    )
    session.add(task)
    await session.flush()
    return task


async def read(session: AsyncSession, caller: Caller, application_id: uuid.UUID) -> tuple[Evaluation, FollowUp | None]:
    """The rating of a case, for its applicant and the officials who see the case."""
    application = await cases.visible(session, caller, application_id)
    given = await queries.of_application(session, application.id)
    if given is None:
        raise EvaluationUnknown(application.number)
    return given, await queries.follow_up_of(session, given.id)


async def answer(session: AsyncSession, caller: Caller, follow_up_id: uuid.UUID, text: str, today: date) -> FollowUpOut:
    """What the unit found and did about a bad grade; once. 404 outside the region, 403 for superiors and the rater."""
    task = await queries.follow_up(session, follow_up_id)
    if task is None or not caller.covers(task.region):
        raise FollowUpUnknown
    if caller.region != task.region:
        raise NotYourRegion(f"{task.number}: {task.region}")
    if task.answered_on is not None:
        raise AlreadyAnswered(f"{task.answered_on}")
    given = await session.get_one(Evaluation, task.evaluation_id)
    if given.given_by == caller.subject:
        raise ConflictOfInterest
    task.answered_on, task.answered_by, task.answer = today, caller.subject, text
    await record(
        session,
        caller,
        action="follow_up.answered",
        object_type="follow_up",
        object_id=task.id,
        after={"answered_on": today},
    )
    return follow_up_out(task, given.comment, today)


def evaluation_out(given: Evaluation, task: FollowUp | None, *, english: bool) -> EvaluationOut:
    """A rating over HTTP, in the reader's language."""
    return EvaluationOut(
        id=given.id,
        application_id=given.application_id,
        grade=given.grade,
        grade_label=rules.GRADES[given.grade][english],
        comment=given.comment,
        given_on=given.given_on,
        follow_up_due_on=task.due_on if task else None,
        answered_on=task.answered_on if task else None,
        answer=task.answer if task else None,
    )


def follow_up_out(task: FollowUp, comment: str | None, today: date) -> FollowUpOut:
    """A follow-up over HTTP."""
    return FollowUpOut(
        id=task.id,
        application_id=task.application_id,
        number=task.number,
        region=task.region,
        grade=task.grade,
        comment=comment,
        due_on=task.due_on,
        is_overdue=(task.answered_on or today) > task.due_on,
        answered_on=task.answered_on,
        answer=task.answer,
    )
