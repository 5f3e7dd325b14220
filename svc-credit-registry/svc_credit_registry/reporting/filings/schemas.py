"""Annual reports as they come in and go out."""

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from shared.fields import Day
from svc_credit_registry.reporting.filing_checks.schemas import Body, Percent, Positive, Reason, Words, Yuan

Elective = Literal[
    "employees", "assets_yuan", "liabilities_yuan", "equity_yuan", "revenue_yuan", "main_revenue_yuan",
    "profit_yuan", "net_profit_yuan", "tax_yuan", "guarantees",
]  # fmt: skip


class Contact(Body):
    """Where the enterprise is reached (article 9, item 1); always public."""

    address: Words | None = Field(default=None, examples=["湖北省随州市曾都区解放路1号"])
    postcode: Words | None = Field(default=None, examples=["441300"])
    phone: Words | None = Field(default=None, examples=["0722-3312345"])
    email: Words | None = Field(default=None, examples=["office@example.cn"])


class Investment(Body):
    """An enterprise founded, or equity bought (item 3)."""

    name: Words
    code: Words | None = None


class ContributionEntry(Body):
    """What a shareholder undertook to contribute and has contributed (item 4)."""

    shareholder: Words
    subscribed_yuan: Positive
    subscribed_on: Day | None = None
    subscribed_form: Words | None = Field(default=None, examples=["货币"])
    paid_yuan: Positive | None = None
    paid_on: Day | None = None
    paid_form: Words | None = None


class EquityChange(Body):
    """A transfer of equity in the year (item 5)."""

    shareholder: Words
    percent_before: Percent
    percent_after: Percent
    changed_on: Day


class Website(Body):
    """A site, or a shop on a platform (item 6)."""

    type: Literal["website", "online_shop"]
    name: Words
    url: Words


class Guarantee(Body):
    """A guarantee given for somebody's debt (item 7)."""

    creditor: Words
    debtor: Words
    amount_yuan: Positive
    from_day: Day | None = None
    until_day: Day | None = None


class Figures(Body):
    """Item 7, in persons and yuan; the enterprise chooses which are published."""

    employees: Annotated[int, Field(ge=0, le=10**7)] | None = Field(default=None, description="At the end of the year")
    assets_yuan: Yuan | None = None
    liabilities_yuan: Yuan | None = None
    equity_yuan: Yuan | None = None
    revenue_yuan: Yuan | None = None
    main_revenue_yuan: Yuan | None = None
    profit_yuan: Yuan | None = None
    net_profit_yuan: Yuan | None = None
    tax_yuan: Yuan | None = None


class ReportForm(Body):
    """A report while it is written: whatever is known yet. Completeness is asked for when it is submitted."""

    contact: Contact = Contact()
    operation: Literal["operating", "suspended", "liquidating"] | None = None
    investments: Annotated[list[Investment], Field(max_length=500)] = Field(default_factory=list)
    contributions: Annotated[list[ContributionEntry], Field(max_length=500)] = Field(default_factory=list)
    equity_changes: Annotated[list[EquityChange], Field(max_length=500)] = Field(default_factory=list)
    websites: Annotated[list[Website], Field(max_length=200)] = Field(default_factory=list)
    guarantees: Annotated[list[Guarantee], Field(max_length=500)] = Field(default_factory=list)
    figures: Figures = Figures()
    published_figures: Annotated[list[Elective], Field(max_length=20, description="What of item 7 is published")] = (
        Field(default_factory=list)
    )


class ReportPatch(Body):
    """Parts to replace; `contact` and `figures` are merged field by field, null clears a field (RFC 7396)."""

    contact: Contact | None = None
    operation: Literal["operating", "suspended", "liquidating"] | None = None
    investments: Annotated[list[Investment], Field(max_length=500)] | None = None
    contributions: Annotated[list[ContributionEntry], Field(max_length=500)] | None = None
    equity_changes: Annotated[list[EquityChange], Field(max_length=500)] | None = None
    websites: Annotated[list[Website], Field(max_length=200)] | None = None
    guarantees: Annotated[list[Guarantee], Field(max_length=500)] | None = None
    figures: Figures | None = None
    published_figures: Annotated[list[Elective], Field(max_length=20)] | None = None


class ReportIn(Body):
    """The year to report on."""

    year: Annotated[int, Field(ge=1990, le=2198, examples=[2025])]


class SubmissionIn(Body):
    """The warnings which the enterprise has looked at and stands by, by their `id`."""

    confirmed_warnings: Annotated[
        list[Annotated[str, StringConstraints(max_length=200)]], Field(max_length=200)
    ] = Field(default=[], examples=[["jump:/figures/revenue_yuan"]])  # fmt: skip


class FilingCorrectionIn(Body):
    """Why a published report is corrected; public with the correction."""

    reason: Reason


class WindowOut(BaseModel):
    """When a report is taken in time."""

    year: int
    opens_on: date
    due_on: date
    state: Literal["not_open", "open", "over"]
    basis: str
    note: str


class FindingOut(BaseModel):
    """A fault (error) or a doubt (warning) in a report."""

    id: str = Field(description="What confirms it, when it is a warning")
    pointer: str
    code: str
    severity: Literal["error", "warning"]
    message: str


class FilingCheckOut(BaseModel):
    """All that is wrong or looks unlikely; `can_submit` when only warnings are left."""

    can_submit: bool
    findings: list[FindingOut]


class ReportOut(BaseModel):
    """A report as the enterprise sees it, with what it keeps unpublished."""

    id: uuid.UUID
    code: str
    year: int
    version: int
    state: Literal["draft", "published", "correcting"]
    state_label: str
    window: WindowOut
    filed_on: date | None
    late: bool
    revision: int = Field(description="How often it was published")
    correct_until: date | None = Field(description="Last day for a correction; absent while nothing is published")
    correction_reason: str | None
    form: ReportForm = Field(description="The draft, or the published report when there is no draft")
    created_at: datetime
    updated_at: datetime


class DutyOut(BaseModel):
    """A year on which the enterprise has to report, and how that stands."""

    year: int
    window: WindowOut
    state: Literal["outstanding", "overdue", "draft", "filed", "filed_late"]
    state_label: str
    report_id: uuid.UUID | None


class DutiesOut(BaseModel):
    """All years of one enterprise, the latest first."""

    code: str
    established_on: date
    next_window: WindowOut
    items: list[DutyOut]
