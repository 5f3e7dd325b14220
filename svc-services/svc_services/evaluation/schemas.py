"""Ratings over HTTP."""

import uuid
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class EvaluationIn(BaseModel):
    """A grade from 1 (very dissatisfied) to 5 (very satisfied), with a comment if wanted."""

    model_config = ConfigDict(extra="forbid")

    grade: int = Field(ge=1, le=5)
    comment: Text | None = None


class EvaluationOut(BaseModel):
    """A rating and what became of it."""

    id: uuid.UUID
    application_id: uuid.UUID
    grade: int
    grade_label: str
    comment: str | None
    given_on: date
    follow_up_due_on: date | None = Field(description="Until when the unit answers a bad grade")
    answered_on: date | None
    answer: str | None


class AnswerIn(BaseModel):
    """What the unit found and did."""

    model_config = ConfigDict(extra="forbid")

    answer: Text


class FollowUpOut(BaseModel):
    """A bad grade which waits for an answer, or has one."""

    id: uuid.UUID
    application_id: uuid.UUID
    number: str
    region: str
    grade: int
    comment: str | None
    due_on: date
    is_overdue: bool
    answered_on: date | None
    answer: str | None
