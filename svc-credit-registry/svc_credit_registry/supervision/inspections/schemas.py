"""Plans and draws as they come in and go out. What the public sees of a draw is enough to repeat it."""

import uuid
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from shared.fields import Day
from svc_credit_registry.supervision.inspections.models import InspectionAssignment
from svc_credit_registry.supervision.inspections.rules import ALGORITHM, InspectionState

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=1000)]
Ratio = Annotated[int, Field(ge=0, le=10_000, description="Basis points: 300 is 3 %")]
Region = Annotated[str, Field(pattern=r"^\d{6}$")]
Months = Annotated[int, Field(ge=0, le=120)]


class Body(BaseModel):
    """A request body: unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


class CriteriaIn(Body):
    """Which active entities are in the pool. What is not said does not restrict it."""

    region: Region | None = Field(default=None, description="Within the plan's region; the whole of it without")
    industries: Annotated[list[Annotated[str, Field(pattern=r"^[A-T]\d{0,4}$")]], Field(max_length=50)] = []
    organisation_forms: Annotated[list[Line], Field(max_length=30)] = []
    established_before: Day | None = None
    not_drawn_for_months: Months = Field(default=0, description="Leaves out who was drawn in so many months before")


class RatiosIn(Body):
    """What share of each risk class is drawn; none below the statutory floor, none lower for a higher risk."""

    A: Ratio
    B: Ratio
    C: Ratio
    D: Ratio


class PlanIn(Body):
    """A plan of random inspections of the planner's unit."""

    title: Line
    departments: Annotated[list[Line], Field(min_length=1, max_length=20)]
    matters: Annotated[list[Line], Field(min_length=1, max_length=50)]
    period_from: Day
    period_until: Day
    criteria: CriteriaIn = CriteriaIn()
    ratios: RatiosIn
    inspectors_each: Annotated[int, Field(ge=1, le=9)] = 2
    conflict_months: Months = Field(default=24, description="Who inspected an entity so lately is kept away from it")
    entropy_source: Line | None = Field(
        default=None, description="A public random number of a later day that nobody can know now, such as a lottery's"
    )
    entropy_from: Day | None = Field(default=None, description="The day on which that number becomes known")

    @field_validator("departments")
    @classmethod
    def _fit_on_the_record(cls, value: list[str]) -> list[str]:
        if len("、".join(value)) > 300:
            raise PydanticCustomError("too_long", "部门名称合计不超过300字 (300 characters for all departments)")
        return value


class PlanEdit(PlanIn):
    """The plan as it shall be; only a draft is edited."""


class CancellationIn(Body):
    """Why; a cancelled plan stays public with its reason, so that nobody draws until he likes the result."""

    reason: Reason


class DrawIn(Body):
    """The public entropy, where some was announced."""

    entropy: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z ,.:+-]{1,200}$")] | None = (
        None
    )


class PlanOut(BaseModel):
    """A plan as everybody sees it."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    number: str
    title: str
    region: str
    unit: str
    departments: list[str]
    matters: list[str]
    period_from: date
    period_until: date
    criteria: CriteriaIn
    ratios: RatiosIn
    inspectors_each: int
    conflict_months: int
    entropy_source: str | None
    entropy_from: date | None
    state: InspectionState
    state_label: str
    published_on: date | None
    cancelled_reason: str | None
    version: int
    basis: str
    draw_url: str | None


class StratumOut(BaseModel):
    """A class of the pool: how many entities, what ratio, how many are drawn."""

    stratum: str
    size: int
    ratio: int
    take: int
    is_whole: bool = Field(description="All of them are drawn: chance had no part in who it was")


class PoolOut(BaseModel):
    """The frozen pools: their sizes and digests. The files themselves are served beside it."""

    entities: int
    codes_sha256: str = Field(description="Of the file at `codes_url`: one code a line, sorted")
    codes_url: str
    tokens_sha256: str = Field(description="Of the file at `tokens_url`: token,class a line, sorted")
    tokens_url: str
    strata: list[StratumOut]
    inspectors: list[str] = Field(description="Numbers of law enforcement certificates, sorted")
    inspectors_sha256: str = Field(description="Of these numbers, one a line")
    inspectors_each: int


class SubstitutionOut(BaseModel):
    """An inspector who could not inspect an entity, and who took his place."""

    number: int = Field(description="1, 2 ... within the task")
    out: str
    substitute: str | None
    on: date
    ground: str = Field(description="conflict, absence or left_office")
    by: str | None = Field(description="inspector, planner or superior; absent where it was not recorded yet")
    passed_over: list[str] = Field(description="Who could not take the place: conflicts, and those on the task already")
    passed_over_grounds: dict[str, str] = Field(
        description="Of each why: on_task, declared, recent, excluded (at the draw), inactive"
    )


def substitution_out(ended: InspectionAssignment) -> SubstitutionOut:
    """A substitution, from the assignment that it has ended."""
    return SubstitutionOut(
        number=ended.ended_number or 0, out=ended.certificate, substitute=ended.substitute, on=ended.ended_on,
        ground=ended.ended_ground or "", by=ended.ended_by, passed_over=ended.passed_over or [],
        passed_over_grounds=ended.passed_over_grounds or {},
    )  # fmt: skip


class DrawnOut(BaseModel):
    """A drawn entity: its opening (salt and code give the token), and its inspectors as dealt."""

    position: int
    task_number: str
    code: str
    salt: str
    token: str
    stratum: str
    inspectors: list[str]
    excluded: list[str] = Field(description="Certificates kept away from this entity by a conflict")
    has_choice: bool = Field(description="More inspectors were without a conflict than the task takes")
    substitutions: list[SubstitutionOut]


class DrawOut(BaseModel):
    """All there is to repeat a draw: docs/verify_draw.py does it with the Python standard library alone."""

    algorithm: str = ALGORITHM
    plan_number: str
    state: InspectionState
    commitment: str = Field(description="SHA-256 of the seed, published when the pools were frozen")
    frozen_at: datetime
    draw_by: date = Field(description="By when it is drawn: one left undrawn beyond this day is worth a question")
    entropy_source: str | None
    entropy_from: date | None
    pool: PoolOut
    seed: str | None = Field(description="Hex; absent until the draw")
    entropy: str | None = Field(description="The public entropy as used; empty where none was announced")
    drawn_at: datetime | None
    drawn: list[DrawnOut]
    most_replacements: int = Field(description="How many inspectors of one task its own unit may replace")


class OpeningOut(BaseModel):
    """An enterprise's own place in a frozen pool: SHA-256(salt, code) is its token in the published file."""

    plan_number: str
    salt: str
    token: str
    stratum: str
    drawn: bool
