"""Leads over HTTP."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.fields import Day
from svc_credit_registry.cases.schemas import copied
from svc_credit_registry.record.enterprises.errors import CreditCodeInvalid
from svc_credit_registry.record.enterprises.rules import valid_code
from svc_credit_registry.supervision.leads.models import Lead
from svc_credit_registry.supervision.leads.rules import (
    SOURCE_LABELS,
    STATE_LABELS,
    WAITING,
    Finding,
    LeadGround,
    LeadSource,
    LeadState,
)
from svc_credit_registry.supervision.operators.errors import SiteInvalid
from svc_credit_registry.supervision.operators.rules import domain_of

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Evidence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


def _code(text: str) -> str:
    try:
        return valid_code(text)
    except CreditCodeInvalid as exc:
        raise PydanticCustomError("credit_code", "{why}", {"why": str(exc.detail)}) from exc


def _domain(text: str) -> str:
    try:
        return domain_of(text)
    except SiteInvalid as exc:
        raise PydanticCustomError("domain", "不是有效的域名 (not a domain)") from exc


Code = Annotated[str, StringConstraints(max_length=40), AfterValidator(_code)]
Domain = Annotated[str, StringConstraints(max_length=500), AfterValidator(_domain)]


class LeadIn(BaseModel):
    """A lead under the reporter's own key: the same again gets the same receipt. `region` when no code tells it."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    source: LeadSource
    category: Short = Field(examples=["虚假医疗广告"])
    found_on: Day
    code: Code | None = Field(default=None, description="Credit code, when it is known")
    name: Short | None = Field(default=None, description="Name of the enterprise as it was found")
    site: Domain | None = Field(default=None, description="Address or domain where it was found")
    region: Annotated[str, StringConstraints(pattern=r"^\d{6}$")] | None = None
    facts: Text
    evidence: list[Evidence] = Field(
        default_factory=list, max_length=50, description="Addresses or numbers of evidence"
    )


class LeadFaultOut(BaseModel):
    """What is wrong with a row."""

    pointer: str
    code: str
    message: str


class LeadReceiptOut(BaseModel):
    """What became of a lead that was reported."""

    key: str | None
    outcome: str = Field(description="created, repeated or refused")
    id: uuid.UUID | None = None
    number: str | None = None
    region: str | None = None
    matched: bool = False
    due_on: date | None = Field(default=None, description="By when it is checked")
    errors: list[LeadFaultOut] = Field(default_factory=list)


class RowReceiptOut(LeadReceiptOut):
    """The receipt of a row of a batch."""

    line: int


class LeadBatchOut(BaseModel):
    """The receipts of a batch, row by row; received = created + repeated + refused."""

    batch: str
    received: int
    created: int
    repeated: int
    refused: int
    rows: list[RowReceiptOut]


class ReportedOut(BaseModel):
    """A lead as its reporter may follow it."""

    key: str
    number: str
    source: str
    state: str
    state_label: str
    received_on: date
    due_on: date | None
    finding: str | None
    outcome: str | None
    ground: str | None


class MatchIn(BaseModel):
    """Whom a lead concerns, and how that is known."""

    model_config = ConfigDict(extra="forbid")

    code: Code
    reason: Short


class AssignmentIn(BaseModel):
    """Which authority checks the lead."""

    model_config = ConfigDict(extra="forbid")

    region: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    unit: Short | None = None


class ExtensionIn(BaseModel):
    """Why the check needs longer, and who approved it."""

    model_config = ConfigDict(extra="forbid")

    reason: Text
    approved_by: Short


class LeadVerificationIn(BaseModel):
    """What the check has found."""

    model_config = ConfigDict(extra="forbid")

    finding: Finding
    summary: Text


class TransferIn(BaseModel):
    """The number of the penalty case that was opened."""

    model_config = ConfigDict(extra="forbid")

    case_number: Short


class CaseExtensionIn(BaseModel):
    """Why a case needs longer, and who approved it."""

    model_config = ConfigDict(extra="forbid")

    reason: Text
    approved_by: Short
    until: Day | None = Field(
        default=None, description="Of a second extension: the day which a collective discussion has fixed"
    )


class CaseExtensionOut(BaseModel):
    """An extension of a case."""

    until: date
    reason: str
    approved_by: str
    extended_on: date


class LeadPenaltyIn(BaseModel):
    """The decision on the penalty, as it goes on the record of the enterprise: no personal data."""

    model_config = ConfigDict(extra="forbid")

    document_number: Short
    decided_on: Day
    facts: Text
    penalty_types: list[Short] = Field(min_length=1, max_length=20, examples=[["罚款"]])
    penalty: Text
    fine_yuan: Decimal | None = Field(default=None, ge=0, max_digits=20, decimal_places=2)
    confiscated_yuan: Decimal | None = Field(default=None, ge=0, max_digits=20, decimal_places=2)
    legal_basis: Text


class ConclusionIn(BaseModel):
    """How the case ended: with a penalty, or without one and why."""

    model_config = ConfigDict(extra="forbid")

    penalty: LeadPenaltyIn | None = None
    reason: Text | None = Field(default=None, description="Why there is no penalty")


class ClosingIn(BaseModel):
    """Why a lead is closed without a case."""

    model_config = ConfigDict(extra="forbid")

    ground: LeadGround
    reason: Text


class PublicationIn(BaseModel):
    """What everybody may read of the outcome: no personal data."""

    model_config = ConfigDict(extra="forbid")

    summary: Text


class LeadSummary(BaseModel):
    """A lead in a list."""

    id: uuid.UUID
    number: str
    source: str
    source_label: str
    category: str
    state: str
    state_label: str
    region: str
    unit: str | None
    code: str | None
    reported_name: str | None
    domain: str | None
    received_on: date
    due_on: date | None
    is_overdue: bool
    version: int


class LeadOut(LeadSummary):
    """A lead in full, for officials."""

    reporter: str
    key: str
    found_on: date
    reported_code: str | None
    facts: str
    evidence: list[str]
    matched_by: str | None
    candidates: list[dict[str, Any]]
    assigned_on: date | None
    extended_on: date | None
    extension_reason: str | None
    verified_on: date | None
    finding: str | None
    finding_summary: str | None
    transferred_on: date | None
    case_number: str | None
    case_extensions: list[CaseExtensionOut]
    concluded_on: date | None
    outcome: str | None
    penalty_key: str | None
    closed_on: date | None
    ground: str | None
    ground_reason: str | None
    published_on: date | None


def reported_out(lead: Lead, *, english: bool) -> ReportedOut:
    """A lead for its reporter."""
    return ReportedOut(**copied(lead, ReportedOut), state_label=STATE_LABELS[LeadState(lead.state)][english])


def lead_summary(lead: Lead, today: date, *, english: bool) -> LeadSummary:
    """A lead in a list, as it stands on `today`."""
    return LeadSummary(
        **copied(lead, LeadSummary),
        source_label=SOURCE_LABELS[LeadSource(lead.source)][english],
        state_label=STATE_LABELS[LeadState(lead.state)][english],
        is_overdue=lead.state in WAITING and lead.due_on is not None and lead.due_on < today,
    )


def lead_out(lead: Lead, today: date, *, english: bool) -> LeadOut:
    """A lead in full, as it stands on `today`."""
    return LeadOut(**(copied(lead, LeadOut) | lead_summary(lead, today, english=english).model_dump()))


class SourceStatistics(BaseModel):
    """How leads of one source were dealt with."""

    source: str
    source_label: str
    received: int
    matched: int
    waiting: int
    overdue: int
    substantiated: int
    transferred: int
    penalised: int
    closed: int
    published: int


class StatisticsOut(BaseModel):
    """Leads that came from `since` to `until`, by source, as they stand on `as_of`."""

    since: date
    until: date
    as_of: date
    region: str
    items: list[SourceStatistics]
