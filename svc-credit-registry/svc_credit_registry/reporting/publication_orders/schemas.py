"""Orders to publish as they come in and go out."""

import uuid
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from svc_credit_registry.reporting.filing_checks.schemas import Body, Reason


class OrderIn(Body):
    """What the enterprise should have published."""

    code: Annotated[str, Field(max_length=18, examples=["91421303MA0000006Y"])]
    type: Literal["capital", "equity_change", "licence", "ip_pledge", "penalty", "other"]
    matter: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]


class FulfilmentIn(Body):
    """The immediate information by which the enterprise fulfils the order."""

    information_id: uuid.UUID


class WithdrawalIn(Body):
    """Why the order is withdrawn."""

    reason: Reason


class ReviewIn(Body):
    """Whether what the enterprise named is what was ordered, and why not."""

    accepted: bool
    reason: Reason | None = None

    @model_validator(mode="after")
    def _with_reason(self) -> "ReviewIn":
        if not self.accepted and self.reason is None:
            raise PydanticCustomError("reason_missing", "退回须说明理由 (say why it is not what was ordered)")
        return self


class FulfillingOut(BaseModel):
    """What the enterprise named, as it stands on its public record."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    number: str
    type: str
    happened_on: date
    filed_on: date
    revision: int
    details: dict[str, Any]


class OrderOut(BaseModel):
    """An order, as the enterprise and the unit see it."""

    id: uuid.UUID
    number: str
    version: int
    state: str = Field(description="open, expired, fulfilled or withdrawn")
    state_label: str
    code: str
    region: str
    unit: str
    type: str
    matter: str
    ordered_on: date
    due_on: date = Field(description="Last day; the period `ordered_until` of a proposal for the list")
    basis: str
    information_id: uuid.UUID | None
    fulfilled_on: date | None
    late: bool
    withdrawn_reason: str | None
    information: FulfillingOut | None = Field(default=None, description="Of one order; absent in lists")
    reviewed_on: date | None = Field(description="The day on which the unit found it to be what was ordered")
    rejected_reason: str | None = Field(description="Why the last publication that was named was not")
    proposed_on: date | None = Field(description="The day on which its expiry led to a proposal for the list")
    entry_id: uuid.UUID | None = Field(description="That proposal")
    proposal_note: str | None = Field(description="Why its expiry led to none")
