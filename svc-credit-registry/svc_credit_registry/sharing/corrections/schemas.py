"""Requests for correction as they come in and go out."""

import uuid
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from svc_credit_registry.sharing.corrections.rules import CorrectionState


class CorrectionRequestIn(BaseModel):
    """What is wrong with an item of the public record."""

    model_config = ConfigDict(extra="forbid")

    item_id: uuid.UUID
    fault: str = Field(min_length=5, max_length=2000, description="What is wrong, and how that is known")
    evidence: str = Field(default="", max_length=2000)
    proposed: dict[str, Any] | None = Field(default=None, description="What it should say, field by field")


class CorrectionAnswerIn(BaseModel):
    """Why the producer corrects nothing."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=5, max_length=2000)


class CorrectionOut(BaseModel):
    """A request for correction and where it stands."""

    id: uuid.UUID
    number: str
    item_id: uuid.UUID
    code: str
    kind: str
    key: str
    producer: str
    fault: str
    evidence: str
    proposed: dict[str, Any] | None
    origin: str
    asked_by: str
    asked_on: date
    due_on: date
    basis: str
    state: CorrectionState
    state_label: str
    is_overdue: bool
    answer: str
    answered_on: date | None
    corrected_item_id: uuid.UUID | None = Field(description="The version that took the place of the faulty one")
    version: int


class CorrectionFilters(BaseModel):
    """Filters of requests for correction."""

    producer: str | None = Field(
        default=None, max_length=64, description="For officers; agencies see what concerns them"
    )
    state: CorrectionState | None = None
    overdue: bool = Field(default=False, description="Only those whose term is over")
