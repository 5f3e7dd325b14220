"""What goes in and out about removals."""

import uuid
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svc_credit_registry.listing.lists.schemas import Body, Reason
from svc_credit_registry.listing.periods.schemas import ClockOut
from svc_credit_registry.listing.removals.models import Removal
from svc_credit_registry.listing.removals.rules import STATE_LABELS, State

Commitment = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000)]


class RemovalIn(Body):
    """What the enterprise has done about the ground; the serious list also demands a commitment."""

    cure: Reason
    commitment: Commitment | None = Field(default=None, description="Published when the application is accepted")


class RemovalAcceptanceIn(Body):
    """Whether the application is taken up (serious list)."""

    accepted: bool
    reason: Reason


class RemovalVerificationIn(Body):
    """What the authority found: whether the ground is gone."""

    cured: bool
    findings: Reason


class RemovalDecisionIn(Body):
    """The decision on the application."""

    outcome: Literal["granted", "declined"]
    reason: Reason


class RevocationIn(Body):
    """Why a removal is undone."""

    reason: Reason


class RemovalOut(BaseModel):
    """An application, for its enterprise and for officers."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    entry_id: uuid.UUID
    code: str
    region: str
    state: str
    state_label: str = ""
    cure: str
    commitment: str | None
    applied_on: date
    accepted_on: date | None
    verified_on: date | None
    findings: str | None
    decided_on: date | None
    reason: str | None
    document_number: str | None
    due_on: date | None
    due_node: str | None
    provisional: bool
    version: int


class RemovalDeadlinesOut(BaseModel):
    """The clocks of an application."""

    items: list[ClockOut]


def removal_out(removal: Removal, english: bool) -> RemovalOut:
    """An application in the reader's language."""
    shown = RemovalOut.model_validate(removal)
    return shown.model_copy(update={"state_label": STATE_LABELS[State(removal.state)][english]})
