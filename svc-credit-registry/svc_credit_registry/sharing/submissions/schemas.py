"""A row as agencies push it, and its receipt."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from shared.fields import Day
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.sharing.submissions.rules import SubmissionOutcome

Key = Annotated[
    str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$")
]
"""The agency's own key: the same one names the same record for ever."""
NEEDED = ("content", "basis", "produced_on")


class Row(BaseModel):
    """One record. `code` or, failing that, `name` says whose it is; `end` takes the record off again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Key = Field(description="The agency's own key, unique among its records of a kind", examples=["2026-000123"])
    op: Literal["put", "end"] = "put"
    producer: str | None = Field(default=None, max_length=64, description="If given, it must be the caller itself")
    code: str | None = Field(default=None, max_length=18, examples=["91421303MA0000006Y"])
    name: str | None = Field(default=None, max_length=300, description="As it stands in the document")
    region: str | None = Field(default=None, pattern=r"^[0-9]{6}$")
    legal_representative_name: str | None = Field(default=None, max_length=100)
    content: dict[str, Any] | None = Field(default=None, description="What the record says, by the schema of its kind")
    basis: str | None = Field(default=None, min_length=1, max_length=500)
    produced_on: Day | None = Field(default=None, description="The day of the decision or act")
    effective_from: Day | None = Field(default=None, description="By default the day of the decision")
    effective_until: Day | None = None
    revision: int | None = Field(
        default=None, ge=0, le=2**31 - 1, description="Counts up within a key: an older one never replaces a newer one"
    )
    reason: str | None = Field(default=None, max_length=500, description="Why the record is taken off")

    @model_validator(mode="after")
    def _complete(self) -> "Row":
        if self.op == "end":
            if not (self.reason or "").strip():
                raise PydanticCustomError("reason_missing", "撤下须说明理由 (say why the record is taken off)")
            return self
        missing = [name for name in NEEDED if getattr(self, name) is None or not str(getattr(self, name)).strip()]
        if missing:
            raise PydanticCustomError("missing", "缺少 (missing): {names}", {"names": ", ".join(missing)})
        if not any((text or "").strip() for text in (self.code, self.name)):
            raise PydanticCustomError("code_or_name", "须有统一社会信用代码或名称 (a code or a name)")
        return self


class RowIn(Row):
    """A row that is pushed by itself, with its kind."""

    kind: RecordKind


class SubmissionFaultOut(BaseModel):
    """One fault with its place in the row."""

    pointer: str = Field(examples=["/content/decided_on"])
    code: str
    message: str


class CandidateOut(BaseModel):
    """An enterprise that may be meant."""

    code: str
    name: str
    method: str
    confidence: float


class SubmissionReceiptOut(BaseModel):
    """What became of a row."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    batch_id: uuid.UUID | None
    line: int | None = Field(description="The line of the file on which the row begins")
    producer: str
    kind: str
    key: str
    op: str
    outcome: SubmissionOutcome
    received_at: datetime
    received_on: date
    code: str | None = Field(description="The enterprise to which the record was joined")
    method: str | None = Field(description="code, successor, name, former_name, person")
    confidence: Decimal | None
    doubt: str | None = Field(description="Why the row waits")
    candidates: list[CandidateOut]
    faults: list[SubmissionFaultOut]
    item_id: uuid.UUID | None
    receipt: str | None = Field(description="The number given at entry into the public record")
    due_on: date | None = Field(description="By when the law asked for it")
    resolved_at: datetime | None = Field(description="When a waiting row found its end")
    resolution: str | None


class ReceiptFilters(BaseModel):
    """Filters of receipts."""

    producer: str | None = Field(default=None, max_length=64, description="For officers; agencies see their own")
    kind: RecordKind | None = None
    key: str | None = Field(default=None, max_length=100)
    outcome: SubmissionOutcome | None = None
    day: Day | None = Field(default=None, description="The day of receipt")
    batch_id: uuid.UUID | None = None


class ExportFilters(ReceiptFilters):
    """The filters, and the form of the answer."""

    form: Literal["ndjson", "csv"] = Field(default="ndjson", alias="format")
