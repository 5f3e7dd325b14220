"""What goes in and out about objections."""

import uuid
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svc_credit_registry.listing.list_objections.models import ListObjection
from svc_credit_registry.listing.list_objections.rules import STATE_LABELS, State
from svc_credit_registry.listing.lists.schemas import Body, Reason
from svc_credit_registry.listing.periods.schemas import ClockOut

Proof = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]


class ListObjectionIn(Body):
    """Why the enterprise holds that it should not be listed, and what shows it."""

    reasons: Reason
    evidence: Annotated[list[Proof], Field(max_length=20)] = Field(default=[], description="What is handed in as proof")


class ObjectionAcceptanceIn(Body):
    """Whether the objection is taken up."""

    accepted: bool
    reason: Reason


class ObjectionDecisionIn(Body):
    """`upheld`: the entry was wrong and is corrected at once."""

    upheld: bool
    reason: Reason


class ListCorrectionIn(Body):
    """What shows that the listing was wrong: the authority's own finding, or who decided so, by which document."""

    reason: Reason


class ListObjectionOut(BaseModel):
    """An objection, for its enterprise and for officers."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    entry_id: uuid.UUID
    code: str
    region: str
    state: str
    state_label: str = ""
    reasons: str
    evidence: list[str]
    filed_on: date
    accepted_on: date | None
    decided_on: date | None
    corrected_on: date | None
    decision_reason: str | None
    document_number: str | None
    due_on: date | None
    due_node: str | None
    provisional: bool
    version: int


class ObjectionDeadlinesOut(BaseModel):
    """The clocks of an objection."""

    items: list[ClockOut]


def objection_out(objection: ListObjection, english: bool) -> ListObjectionOut:
    """An objection in the reader's language."""
    shown = ListObjectionOut.model_validate(objection)
    return shown.model_copy(update={"state_label": STATE_LABELS[State(objection.state)][english]})
