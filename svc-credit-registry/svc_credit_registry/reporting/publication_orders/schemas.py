"""Orders to publish as they come in and go out."""

import uuid
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

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
