"""Sites of online operators over HTTP."""

import uuid
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.fields import Day
from svc_credit_registry.cases.schemas import copied
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.supervision.operators.models import OnlineSite
from svc_credit_registry.supervision.operators.rules import BASIS, KIND_LABELS, MARK_LABELS, Mark, OperatorKind

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class SiteIn(BaseModel):
    """A site of an operator: a website by its address, everything else by its platform and account."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=40, description="Credit code of the operator")
    kind: OperatorKind
    name: Words
    address: Address | None = Field(default=None, examples=["https://www.example.com/"])
    platform: Words | None = None
    account: Words | None = None
    icp_number: Annotated[str, StringConstraints(max_length=60)] | None = Field(
        default=None, examples=["鄂ICP备12345678号-1"]
    )
    opened_on: Day


class OperatorVerificationIn(BaseModel):
    """What a check of the site has found, and how."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["verified", "refuted"]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class ClosureIn(BaseModel):
    """Since when the site is closed, and how that is known."""

    model_config = ConfigDict(extra="forbid")

    closed_on: Day
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class SiteOut(BaseModel):
    """A site as everybody may see it, with its operator."""

    id: uuid.UUID
    code: str
    enterprise_name: str
    kind: str
    kind_label: str
    name: str
    address: str | None
    domain: str | None
    platform: str | None
    account: str | None
    icp_number: str | None
    opened_on: date
    closed_on: date | None
    mark: str = Field(description="unverified, verified or refuted")
    mark_label: str
    checked_on: date | None
    checked_by: str | None
    producer: str
    basis: str
    version: int


def site_out(row: OnlineSite, enterprise: Enterprise, *, english: bool) -> SiteOut:
    """A site with its operator."""
    return SiteOut(
        **copied(row, SiteOut),
        enterprise_name=enterprise.name,
        kind_label=KIND_LABELS[OperatorKind(row.kind)][english],
        mark_label=MARK_LABELS[Mark(row.mark)][english],
        basis=BASIS,
    )
