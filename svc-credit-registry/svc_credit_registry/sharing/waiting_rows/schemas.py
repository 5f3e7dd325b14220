"""Rows that wait for a match as they go out, and the decision about one."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.sharing.matching.rules import Doubt
from svc_credit_registry.sharing.submissions.schemas import SubmissionReceiptOut


class WaitingOut(SubmissionReceiptOut):
    """A row that waits, with what it says, for the one who decides."""

    payload: dict[str, Any]
    version: int
    doubt_label: str


class WaitingFilters(BaseModel):
    """Filters of rows that wait."""

    producer: str | None = Field(default=None, max_length=64)
    kind: RecordKind | None = None
    doubt: Doubt | None = Field(default=None, description="Why they wait")


class MatchDecisionIn(BaseModel):
    """The enterprise to which the record belongs, or none: then it goes back to its producer."""

    model_config = ConfigDict(extra="forbid")

    code: str | None = Field(default=None, max_length=18)
    reason: str = Field(min_length=2, max_length=500)
