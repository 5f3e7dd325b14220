"""What departments read and say, over HTTP."""

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.fields import Day
from svc_credit_registry.cases.schemas import copied
from svc_credit_registry.supervision.execution.models import MeasureDepartment, MeasureFeedback
from svc_credit_registry.supervision.execution.rules import OUTCOME_LABELS, ExecutionOutcome
from svc_credit_registry.supervision.measure_catalogue.rules import DEPARTMENTS, measure_name
from svc_credit_registry.supervision.measures.models import MeasureAssignment, MeasureDirective, MeasureNotice
from svc_credit_registry.supervision.measures.schemas import PersonOut, Text, person_out

Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
ClientId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", max_length=64)]
DepartmentCode = Literal[
    "market_regulation", "development_reform", "finance", "natural_resources", "housing", "transport", "tax", "customs",
    "people_bank", "securities",
]  # fmt: skip


class DepartmentClientIn(BaseModel):
    """For which department, and in which region, an agency's client carries measures out."""

    model_config = ConfigDict(extra="forbid")

    client_id: ClientId
    department: DepartmentCode
    region: str = Field(pattern=r"^\d{6}$")


class DepartmentClientPatch(BaseModel):
    """The same, changed."""

    model_config = ConfigDict(extra="forbid")

    department: DepartmentCode
    region: str = Field(pattern=r"^\d{6}$")


class DepartmentClientOut(BaseModel):
    """An agency's client and its department."""

    client_id: str
    department: str
    label: str
    region: str
    version: int


class ExecutionNoticeOut(BaseModel):
    """What became of a directive: everything a department needs to carry it out, and no more."""

    position: int
    what: str = Field(description="directed, identified, lifted or expired")
    at: datetime
    directive_id: uuid.UUID
    number: str
    measure: str
    measure_name: str
    effect: str
    matters: list[str]
    subject: str
    code: str
    person: PersonOut | None
    since: date
    until: date
    basis: str
    unit: str
    state: str = Field(description="As it stands now")
    feedback_due_on: date | None


class NoticesOut(BaseModel):
    """Notices behind a position, in order. Ask again with `after=next_after`; nothing is left out."""

    items: list[ExecutionNoticeOut]
    next_after: int
    more: bool


class FeedbackIn(BaseModel):
    """What was done, under the department's own key: the same again is answered with the same receipt."""

    model_config = ConfigDict(extra="forbid")

    key: Key = Field(examples=["CZ-2026-000123"])
    outcome: ExecutionOutcome
    done_on: Day
    detail: Text


class FeedbackOut(BaseModel):
    """The receipt of a department's feedback."""

    id: uuid.UUID
    directive_id: uuid.UUID
    department: str
    key: str
    outcome: str
    outcome_label: str
    done_on: date
    detail: str
    received_at: datetime
    due_on: date
    was_late: bool
    repeated: bool = False


class OverdueOut(BaseModel):
    """A department that owes word of what it has done."""

    directive_id: uuid.UUID
    number: str
    measure: str
    measure_name: str
    code: str
    region: str
    department: str
    label: str
    due_on: date
    days_over: int


def client_out(row: MeasureDepartment, *, english: bool) -> DepartmentClientOut:
    """A client and its department."""
    return DepartmentClientOut(**copied(row, DepartmentClientOut), label=DEPARTMENTS[row.department][english])


def notice_out(
    notice: MeasureNotice, row: MeasureDirective, due_on: date | None, *, english: bool
) -> ExecutionNoticeOut:
    """A notice with the directive as it stands now; of a person no more than what tells him from others."""
    computed = {
        "position": notice.position,
        "what": notice.what,
        "at": notice.at,
        "directive_id": row.id,
        "measure_name": measure_name(row.measure, english=english),
        "person": person_out(row, english=english),
        "feedback_due_on": due_on,
    }
    return ExecutionNoticeOut(**(copied(row, ExecutionNoticeOut) | computed))


def feedback_out(
    row: MeasureFeedback, part: MeasureAssignment, *, english: bool, repeated: bool = False
) -> FeedbackOut:
    """The receipt of feedback for a department's part in a directive; `repeated` when it had come before."""
    return FeedbackOut(
        **copied(row, FeedbackOut),
        outcome_label=OUTCOME_LABELS[ExecutionOutcome(row.outcome)][english],
        due_on=part.due_on,
        was_late=part.answered_on is not None and part.answered_on > part.due_on,
        repeated=repeated,
    )


def overdue_out(part: MeasureAssignment, row: MeasureDirective, today: date, *, english: bool) -> OverdueOut:
    """A part of which no word came in time."""
    return OverdueOut(
        directive_id=row.id,
        number=row.number,
        measure=row.measure,
        measure_name=measure_name(row.measure, english=english),
        code=row.code,
        region=row.region,
        department=part.department,
        label=DEPARTMENTS[part.department][english],
        due_on=part.due_on,
        days_over=(today - part.due_on).days,
    )
