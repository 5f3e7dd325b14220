"""What goes in and out about the publication of penalties and their repair."""

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svc_credit_registry.listing.periods.schemas import ClockOut
from svc_credit_registry.listing.repairs.models import Repair
from svc_credit_registry.listing.repairs.rules import STATE_LABELS, Hindrance, State

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000)]
Commitment = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000)]


class Body(BaseModel):
    """A request body: unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


class RepairIn(Body):
    """An application: which penalty, how it was complied with and mended, and what the enterprise commits itself to."""

    producer: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(examples=["AMR-421303"])
    key: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(description="Key of the record item")
    cure: Reason = Field(description="How the decision was complied with, and harm and bad influence removed")
    commitment: Commitment = Field(description="The commitment; it is published when the application is accepted")


class AcceptanceIn(Body):
    """Whether the application is taken up; `field` corrects the field of the penalty."""

    accepted: bool
    reason: Reason
    field: Literal["general", "food", "drugs", "special_equipment"] | None = None


class RepairDecisionIn(Body):
    """The decision on the application."""

    outcome: Literal["granted", "declined"]
    reason: Reason


class RepairReasonIn(Body):
    """Why."""

    reason: Reason


class RepairOut(BaseModel):
    """An application, for its enterprise and for officers."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    number: str
    code: str
    region: str
    producer: str
    item_key: str
    penalty_number: str
    field: str
    published_on: date
    state: str
    state_label: str = ""
    applied_on: date
    cure: str
    commitment: str
    accepted_on: date | None
    decided_on: date | None
    decision_number: str | None
    reason: str | None
    stopped_on: date | None
    due_on: date | None = Field(description="By when the authority must act next")
    due_node: str | None
    provisional: bool
    terms_version: str
    version: int
    created_at: datetime


class HindranceOut(BaseModel):
    """Why repair can't be asked for; `until`: the last day on which that holds, where waiting helps."""

    code: str
    message: str
    basis: str
    until: date | None


class PenaltyOut(BaseModel):
    """A penalty on the record: how long it is published, and whether its repair may be asked for."""

    producer: str
    key: str
    document_number: str
    decided_on: date
    types: list[str]
    field: str
    published: bool
    publish_until: date | None
    basis: str
    publication: ClockOut | None
    waiting: ClockOut
    may_apply: bool
    hindrances: list[HindranceOut]


class PenaltiesOut(BaseModel):
    """The penalties of an enterprise, the latest first."""

    items: list[PenaltyOut]


class RepairDeadlinesOut(BaseModel):
    """The clocks of an application."""

    number: str
    items: list[ClockOut]


class RepairTermOut(BaseModel):
    """One dated row of the law."""

    version: str
    since: date
    measure: str
    node: str
    length: int
    unit: str
    basis: str
    confirmed: bool
    note: str


class RepairTermsOut(BaseModel):
    """All dated rows."""

    items: list[RepairTermOut]


def repair_out(repair: Repair, english: bool) -> RepairOut:
    """An application in the reader's language."""
    shown = RepairOut.model_validate(repair)
    return shown.model_copy(update={"state_label": STATE_LABELS[State(repair.state)][english]})


def hindrance_out(hindrance: Hindrance, english: bool) -> HindranceOut:
    """A hindrance in the reader's language."""
    message = hindrance.en if english else hindrance.zh
    return HindranceOut(code=hindrance.code, message=message, basis=hindrance.basis, until=hindrance.until)
