"""Evaluations and their follow-up."""

import uuid
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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

    model_config = ConfigDict(from_attributes=True)

    complaint_id: uuid.UUID
    grade: Grade
    grade_label: str = Field(default="")
    comment: str | None
    given_at: datetime
    follow_up_by: date | None
    followed_up_on: date | None
    answer: str | None


def evaluation_out(evaluation: Evaluation, english: bool) -> EvaluationOut:
    """The evaluation in the reader's language."""
    out = EvaluationOut.model_validate(evaluation)
    return out.model_copy(update={"grade_label": GRADE_LABELS[Grade(evaluation.grade)][english]})
