"""Requests for shared resources as they come in and go out."""

import uuid
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.fields import Day
from svc_credit_registry.sharing.resource_requests.rules import MOST_CODES, ResourceRequestState

FieldName = Annotated[str, Field(min_length=1, max_length=80)]
Region = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Industry = Annotated[str, Field(pattern=r"^[A-T][0-9]{0,4}$")]
CreditCode = Annotated[str, Field(min_length=18, max_length=18), AfterValidator(str.upper)]


class ScopeIn(BaseModel):
    """Fields and rows; a list that is empty means any."""

    model_config = ConfigDict(extra="forbid")

    fields: Annotated[list[FieldName], Field(min_length=1, max_length=200)]
    regions: Annotated[list[Region], Field(max_length=500)] = []
    industries: Annotated[list[Industry], Field(max_length=500)] = []
    codes: Annotated[list[CreditCode], Field(max_length=MOST_CODES)] = []


class RequestIn(ScopeIn):
    """What an agency asks for, for what, and on which legal footing."""

    purpose: str = Field(min_length=5, max_length=1000, description="For what the data are used", examples=["税务稽查"])
    case_basis: str = Field(min_length=5, max_length=1000, description="The duty in law for which they are needed")
    personal_reason: str = Field(default="", max_length=1000, description="Why fields about persons are needed")
    valid_from: Day
    valid_until: Day


class RequestDecisionIn(BaseModel):
    """The answer. What is left out of `scope` is granted as it was asked."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["granted", "refused"]
    reason: str = Field(min_length=2, max_length=1000, description="Why, also for a grant that gives less than asked")
    scope: ScopeIn | None = None
    valid_until: Day | None = None
    case_required: bool = Field(default=False, description="Whether each read must name its case")


class RequestOut(BaseModel):
    """A request and where it stands."""

    id: uuid.UUID
    number: str
    resource_code: str
    requester: str
    purpose: str
    case_basis: str
    personal_reason: str
    fields: list[str]
    regions: list[str]
    industries: list[str]
    codes: list[str]
    valid_from: date
    valid_until: date
    state: ResourceRequestState
    state_label: str
    submitted_on: date
    due_on: date = Field(description="By when it must be answered, or its dispute settled")
    basis: str
    is_overdue: bool
    decided_on: date | None
    reason: str
    dispute_reason: str | None
    disputed_on: date | None
    settled_on: date | None
    settlement: str | None
    version: int
