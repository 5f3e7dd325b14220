"""Measures and directives over HTTP."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.fields import Day
from shared.privacy import Unmasked, mask_id_number, mask_name
from svc_credit_registry.cases.schemas import copied
from svc_credit_registry.supervision.measure_catalogue.rules import (
    DEPARTMENTS,
    EFFECT_LABELS,
    ROLE_LABELS,
    Measure,
    Role,
    Subject,
    measure_name,
)
from svc_credit_registry.supervision.measures.models import MeasureAssignment, MeasureDirective
from svc_credit_registry.supervision.measures.rules import STATE_LABELS, State

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
IdNumber = Annotated[Unmasked, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^\d{17}[\dX]$")]
PersonName = Annotated[Unmasked, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class DepartmentOut(BaseModel):
    """A department that carries measures out."""

    code: str = Field(examples=["finance"])
    label: str


class MeasureOut(BaseModel):
    """A measure of the catalogue, as the law has it on the day asked for."""

    code: str = Field(examples=["government_procurement"])
    name: str
    name_en: str
    effect: str = Field(description="attention, restrict or refuse")
    effect_label: str
    subjects: list[str] = Field(description="entity, person or both")
    departments: list[DepartmentOut]
    matters: list[str] = Field(description='Matter codes it bears on; "*" is every matter')
    basis: str
    since: date
    until: date | None
    longest_years: int
    confirmed: bool = Field(description="False where the source still awaits a second one")
    note: str


class MeasuresOut(BaseModel):
    """The catalogue of a day."""

    as_of: date
    items: list[MeasureOut]


class PersonIn(BaseModel):
    """A natural person connected to the entity. Without the identity number nothing is refused for the name alone."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    name: PersonName
    id_number: IdNumber | None = None


class GroundIn(BaseModel):
    """The item of the public record on which a directive rests: it is lifted when the item ends."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["serious_violation", "penalty", "abnormal_operation"]
    producer: Short
    key: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class DirectiveIn(BaseModel):
    """A directive, issued by a decision. It rests on an item of the record, or names its ground in words."""

    model_config = ConfigDict(extra="forbid")

    measure: Short = Field(examples=["government_procurement"])
    code: str = Field(max_length=40, description="The entity concerned, or to which the person is connected")
    person: PersonIn | None = None
    since: Day
    until: Day | None = Field(default=None, description="The last day; the longest that the law allows when left out")
    ground: Text = Field(description="What it rests on, in words")
    record_item: GroundIn | None = None
    decision_number: Short

    @model_validator(mode="after")
    def _in_order(self) -> "DirectiveIn":
        if self.until is not None and self.until < self.since:
            raise ValueError("until lies before since")
        return self


class LiftingIn(BaseModel):
    """Why a directive ends before its term, and by which decision."""

    model_config = ConfigDict(extra="forbid")

    reason: Text
    decision_number: Short


class IdentificationIn(BaseModel):
    """The identity number of a person under a directive, checked by whoever enters it, and how."""

    model_config = ConfigDict(extra="forbid")

    id_number: IdNumber
    reason: Text = Field(examples=["经公安人口信息核实"])


class PersonOut(BaseModel):
    """The person concerned, masked."""

    role: str
    role_label: str
    name: str = Field(description="Masked")
    id_number: str | None = Field(description="Masked; absent while the person is not identified")


class AssignmentOut(BaseModel):
    """A department's part in a directive."""

    department: str
    label: str
    due_on: date
    answered_on: date | None
    outcome: str | None
    is_overdue: bool


class DirectiveSummary(BaseModel):
    """A directive in a list."""

    id: uuid.UUID
    number: str
    measure: str
    measure_name: str
    effect: str
    subject: Subject
    code: str
    region: str
    since: date
    until: date
    state: str
    state_label: str
    directed_on: date
    ended_on: date | None
    version: int


class DirectiveOut(DirectiveSummary):
    """A directive in full, personal data masked."""

    person: PersonOut | None
    departments: list[AssignmentOut]
    matters: list[str]
    basis: str
    ground: str
    record_item: GroundIn | None
    decision_number: str | None
    unit: str = Field(description="Who directed it")
    automatic: bool
    rule: str | None = Field(description="The row of the rule table an automatic directive follows")
    ended_reason: str | None


def measure_out(measure: Measure, *, english: bool) -> MeasureOut:
    """A measure of the catalogue."""
    return MeasureOut(
        code=measure.code,
        name=measure.name[0],
        name_en=measure.name[1],
        effect=measure.effect,
        effect_label=EFFECT_LABELS[measure.effect][english],
        subjects=sorted(measure.subjects),
        departments=[DepartmentOut(code=d, label=DEPARTMENTS[d][english]) for d in measure.departments],
        matters=list(measure.matters),
        basis=measure.basis,
        since=measure.since,
        until=measure.until,
        longest_years=measure.longest_years,
        confirmed=measure.confirmed,
        note=measure.note,
    )


def person_out(row: MeasureDirective, *, english: bool) -> PersonOut | None:
    """The person whom a directive concerns, masked; None when it concerns an entity."""
    if row.person_name is None or row.role is None:
        return None
    return PersonOut(
        role=row.role,
        role_label=ROLE_LABELS[Role(row.role)][english],
        name=mask_name(row.person_name),
        id_number=mask_id_number(row.person_id_number) if row.person_id_number else None,
    )


def directive_summary(row: MeasureDirective, *, english: bool) -> DirectiveSummary:
    """A directive in a list."""
    return DirectiveSummary(
        **copied(row, DirectiveSummary),
        measure_name=measure_name(row.measure, english=english),
        state_label=STATE_LABELS[State(row.state)][english],
    )


def directive_out(
    row: MeasureDirective, parts: Sequence[MeasureAssignment], today: date, *, english: bool
) -> DirectiveOut:
    """A directive in full, with what its departments owe and said as of `today`."""
    ground = {"kind": row.ground_kind, "producer": row.ground_producer, "key": row.ground_key}
    computed = directive_summary(row, english=english).model_dump() | {
        "person": person_out(row, english=english),
        "departments": [_assignment_out(part, today, english=english) for part in parts],
        "record_item": GroundIn.model_validate(ground) if row.ground_kind is not None else None,
        "automatic": row.rule is not None,
    }
    return DirectiveOut(**(copied(row, DirectiveOut) | computed))


def _assignment_out(part: MeasureAssignment, today: date, *, english: bool) -> AssignmentOut:
    return AssignmentOut(
        **copied(part, AssignmentOut),
        label=DEPARTMENTS[part.department][english],
        is_overdue=(part.answered_on or part.closed_on or today) > part.due_on,
    )
