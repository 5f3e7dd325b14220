"""Policies, matches and benefits as they come in and go out."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.fields import Day
from svc_credit_registry.reporting.filing_checks.schemas import Body, Positive, Reason, Words

LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=10_000)]
Values = Field(min_length=1, max_length=50)


class SizeIn(Body):
    """Of one of these sizes."""

    type: Literal["size_in"]
    values: Annotated[list[Literal["micro", "small", "medium", "large"]], Values]


class IndustryIn(Body):
    """In one of these industries of GB/T 4754, with all below it."""

    type: Literal["industry_in"]
    values: Annotated[list[Annotated[str, Field(pattern=r"^[A-T][0-9]{0,4}$")]], Values]


class FormIn(Body):
    """Of one of these forms of organisation."""

    type: Literal["form_in"]
    values: Annotated[list[Words], Values]


class YoungerThan(Body):
    """Founded less than so many months ago."""

    type: Literal["younger_than"]
    months: Annotated[int, Field(ge=1, le=1200)]


class AtMost(Body):
    """A figure that is at most so much, in persons or yuan."""

    type: Literal["at_most"]
    field: Literal["employees", "revenue_yuan", "assets_yuan", "capital_yuan"]
    value: Positive


class NotListed(Body):
    """On none of these lists."""

    type: Literal["not_listed"]
    values: Annotated[list[Literal["abnormal_operation", "serious_violation"]], Values]


class ReportFiled(Body):
    """The latest annual report that was due is published."""

    type: Literal["report_filed"]


AnyCondition = Annotated[
    SizeIn | IndustryIn | FormIn | YoungerThan | AtMost | NotListed | ReportFiled, Field(discriminator="type")
]


class PolicyIn(Body):
    """A policy; who is meant is said by `conditions`, all of which must hold."""

    region: Annotated[str, Field(pattern=r"^[0-9]{6}$", description="Where it holds, with all regions below")]
    kind: Literal["tax", "finance", "subsidy", "employment", "premises", "other"]
    title: Words
    title_en: Words | None = None
    text: LongText
    basis: Words
    how_to_apply: LongText
    valid_from: Day
    valid_until: Day | None = None
    conditions: Annotated[list[AnyCondition], Field(max_length=30)] = Field(default_factory=list)


class BenefitReasonIn(Body):
    """Why; it goes into the audit and is shown."""

    reason: Reason


class PolicyOut(BaseModel):
    """A policy."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    version: int
    state: str
    unit: str
    region: str
    kind: str
    kind_label: str
    title: str
    title_en: str | None
    text: str
    basis: str
    how_to_apply: str
    valid_from: date
    valid_until: date | None
    conditions: list[AnyCondition]
    published_on: date | None
    withdrawn_reason: str | None


class JudgementOut(BaseModel):
    """One condition: met, missed, or unknown, and in words."""

    type: str
    met: bool | None
    reason: str


class MatchOut(BaseModel):
    """A policy beside an enterprise, with the reason for each condition."""

    policy: PolicyOut
    outcome: Literal["eligible", "unknown", "not_eligible"]
    reasons: list[JudgementOut]


class MatchesOut(BaseModel):
    """The policies in force for an enterprise: those it is eligible for first."""

    code: str
    size: str | None
    as_of: date
    items: list[MatchOut]


class BenefitIn(Body):
    """Support that was given. `reference` is the giver's own number: sent again, nothing happens twice."""

    code: Annotated[str, Field(max_length=18)]
    reference: Words
    policy_id: uuid.UUID | None = None
    policy: Words | None = Field(default=None, description="The policy in words, when it is not published here")
    amount_yuan: Positive | None = None
    granted_on: Day
    remark: Words | None = None


class BenefitOut(BaseModel):
    """Support which an enterprise received."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    code: str
    region: str
    unit: str
    reference: str
    policy_id: uuid.UUID | None
    policy: str
    amount_yuan: Decimal | None
    granted_on: date
    remark: str | None
    published_on: date
