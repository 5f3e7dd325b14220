"""Doubts about the record as they come in, and what becomes of them."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from svc_credit_registry.reporting.filing_checks.schemas import Body
from svc_credit_registry.reporting.objections.rules import ObjectionOutcome, ObjectionState

LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=5000)]
Viewer = Literal["asker", "producer", "officer"]


class RecordObjectionIn(Body):
    """What is doubted: an item of the record by its id or, without one, the registration of the enterprise."""

    code: Annotated[str, Field(max_length=18, examples=["91421303MA0000006Y"])]
    item_id: uuid.UUID | None = Field(default=None, description="The item as the record shows it")
    pointer: Annotated[str | None, Field(max_length=200, description="The field within it", pattern=r"^/")] = None
    facts: LongText = Field(description="What is wrong, and how one knows")


class QuestionIn(Body):
    """What the producer is asked."""

    question: LongText


class ObjectionAnswerIn(Body):
    """What the producer says."""

    answer: LongText


class RecordObjectionDecisionIn(Body):
    """What verification found. `content` is the whole right content, for `corrected` alone."""

    outcome: ObjectionOutcome
    answer: LongText = Field(description="The written answer to who asked")
    content: dict[str, Any] | None = None


class SettlementIn(Body):
    """How the error was corrected, though the record does not show it where the case points."""

    reason: LongText


class ObjectionOut(BaseModel):
    """A case as the caller may see it; the producer does not learn who asked."""

    id: uuid.UUID
    number: str
    version: int
    viewer: Viewer
    state: ObjectionState
    state_label: str
    next_action: str | None
    code: str
    region: str
    item_id: uuid.UUID | None
    item_kind: str
    item_producer: str
    item_version: int
    pointer: str | None
    facts: str | None = Field(description="Not shown to the producer: it may tell who asked")
    received_on: date
    due_on: date = Field(description="Last day for the answer")
    is_overdue: bool
    question: str | None
    producer_due_on: date | None
    producer_answer: str | None
    producer_answered_on: date | None
    outcome: ObjectionOutcome | None
    outcome_label: str | None
    answer: str | None
    answered_on: date | None
    correct_by: date | None = Field(description="Last day for the correction, where one is awaited")
    corrected_on: date | None
    created_at: datetime
    updated_at: datetime


class ObjectionStepOut(BaseModel):
    """One line of the history."""

    at: datetime
    act: str
    state: ObjectionState
    state_label: str
    by: str


class ObjectionHistoryOut(BaseModel):
    """Every act on a case, the oldest first."""

    number: str
    items: list[ObjectionStepOut]


class MarkOut(BaseModel):
    """What everybody sees of a case: which item, where it stands, what was found. Nothing about who asked."""

    number: str
    item_id: uuid.UUID | None
    item_kind: str
    item_producer: str
    state: ObjectionState
    state_label: str
    received_on: date
    due_on: date
    outcome: ObjectionOutcome | None
    outcome_label: str | None
    answered_on: date | None
    correct_by: date | None
    corrected_on: date | None
