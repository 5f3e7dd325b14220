"""Evaluations and their follow-up."""

import uuid
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from svc_complaints.cases.models import Clock
from svc_complaints.cases.schemas import Body, Reason
from svc_complaints.evaluation.models import Evaluation
from svc_complaints.evaluation.rules import GRADE_LABELS, Grade


class EvaluationIn(Body):
    """Five grades, 5 is the best."""

    grade: Grade
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] | None = None


class FollowUpIn(Body):
    """What the unit found and did about a bad grade; the complainant reads it."""

    answer: Reason


class EvaluationOut(BaseModel):
    """The evaluation; a bad one names the day until which the unit must follow it up."""

    complaint_id: uuid.UUID
    grade: Grade
    grade_label: str
    comment: str | None
    given_at: datetime
    follow_up_by: date | None
    followed_up_on: date | None
    answer: str | None


def evaluation_out(evaluation: Evaluation, clock: Clock | None, english: bool) -> EvaluationOut:
    """The evaluation in the reader's language; `clock` is that of its follow-up."""
    grade = Grade(evaluation.grade)
    return EvaluationOut(
        complaint_id=evaluation.complaint_id,
        grade=grade,
        grade_label=GRADE_LABELS[grade][english],
        comment=evaluation.comment,
        given_at=evaluation.given_at,
        follow_up_by=clock.due_on if clock else None,
        followed_up_on=evaluation.followed_up_on,
        answer=evaluation.answer,
    )
