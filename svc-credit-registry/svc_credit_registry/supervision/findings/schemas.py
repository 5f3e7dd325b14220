"""Inspections of drawn entities as they come in and go out."""

import uuid
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.fields import Day
from shared.privacy import Unmasked
from svc_credit_registry.supervision.findings.rules import FindingGround, Result

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=1000)]


class Body(BaseModel):
    """A request body: unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


class ResultIn(Body):
    """What the inspection found. `remark` is published with it: no personal data."""

    inspected_on: Day = Field(description="The day on which the inspection ended")
    result: Result
    remark: Annotated[Unmasked, StringConstraints(strip_whitespace=True, min_length=2, max_length=1000)] | None = None


class FindingCorrectionIn(Body):
    """What a published result should have said, and why it is corrected; the reason stays inside."""

    result: Result
    remark: Annotated[Unmasked, StringConstraints(strip_whitespace=True, min_length=2, max_length=1000)] | None = None
    reason: Reason


class RecusalIn(Body):
    """Why an inspector can't inspect; not published."""

    ground: FindingGround = FindingGround.CONFLICT
    reason: Reason


class ReplacementIn(RecusalIn):
    """Which inspector of the task is replaced."""

    certificate: Annotated[str, Field(pattern=r"^[0-9A-Z-]{4,40}$")]


class InspectorOnTask(BaseModel):
    """An inspector of a task, as staff see him."""

    certificate: str
    name: str
    ended_on: date | None
    substitute: str | None


class TaskOut(BaseModel):
    """An inspection, as its inspectors and planners see it."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    number: str
    plan_id: uuid.UUID
    code: str
    region: str
    state: str
    state_label: str
    drawn_on: date
    due_on: date = Field(description="The last day of the plan's period")
    is_overdue: bool = Field(description="Without a result after `due_on`, or unpublished after `publish_by`")
    is_understaffed: bool = Field(description="Fewer inspectors than the plan demands: a planner has to act")
    inspectors: list[InspectorOnTask]
    inspected_on: date | None
    result: Result | None
    result_label: str | None
    remark: str | None
    reported_on: date | None
    publish_after: date | None = Field(description="The day on which the result is published by itself")
    publish_by: date | None = Field(description="The last lawful day of publication")
    published_on: date | None
    version: int


class ResultOut(BaseModel):
    """A published result. The inspectors stand in the draw, by the numbers of their certificates."""

    task_number: str
    plan_number: str
    plan_id: uuid.UUID
    code: str
    name: str
    region: str
    inspected_on: date
    result: Result
    result_label: str
    remark: str | None
    published_on: date


class CoverageRow(BaseModel):
    """How many were drawn, inspected and published. `share` is drawn of all entities, in basis points."""

    key: str
    label: str | None
    entities: int | None = Field(description="By the latest monthly classification of the year; absent without one")
    drawn: int
    inspected: int
    published: int
    found: int = Field(description="Inspections which found something")
    share: int | None


class CoverageOut(BaseModel):
    """Random inspections of a year: of a region as a whole, below it, and by risk class."""

    definition: str
    year: int
    floor: int = Field(description="The statutory floor in basis points")
    basis: str
    whole: CoverageRow
    regions: list[CoverageRow]
    classes: list[CoverageRow] = Field(description="By the class at the moment of the draw")
