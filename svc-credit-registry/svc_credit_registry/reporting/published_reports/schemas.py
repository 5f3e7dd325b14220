"""Annual reports as everybody sees them, who has not filed, and how many have."""

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from svc_credit_registry.reporting.filing_checks.schemas import Body, FigureChangeOut, Reason
from svc_credit_registry.reporting.filings.schemas import ReportForm


class RevisionOut(BaseModel):
    """A published version, its public part; a correction says why and what it changed."""

    revision: int
    published_on: date
    reason: str | None
    changes: list[FigureChangeOut]
    sections: dict[str, Any]


class PublicReportOut(BaseModel):
    """A report on the public record, the latest version first."""

    code: str
    year: int
    filed_on: date
    late: bool
    corrected: bool
    due_on: date
    basis: str
    not_published: list[str] = Field(description="Figures the enterprise chose to keep unpublished (article 9)")
    revisions: list[RevisionOut]


class FullViewIn(Body):
    """Why an officer looks at what the enterprise keeps unpublished."""

    reason: Reason


class FullReportOut(BaseModel):
    """A report as it was filed, with the figures that are not published."""

    code: str
    year: int
    filed_on: date
    late: bool
    revision: int
    form: ReportForm
    confirmed_warnings: list[str]


class OutstandingOut(BaseModel):
    """An enterprise in business without a report for the year."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    region: str
    established_on: date
    legal_representative_name: str
    address: str


class RegionFigures(BaseModel):
    """Reports of one region for one year."""

    region: str
    region_name: str | None
    due: int = Field(description="Enterprises in business now which had to report")
    filed_in_time: int
    filed_late: int
    outstanding: int
    rate_percent: Decimal | None = Field(description="Filed, in time or late, of those due")


class FiguresOut(BaseModel):
    """Reports filed by region. `as_of` is the day on which the figures were counted."""

    year: int
    as_of: date
    definition: str
    definition_en: str
    total: RegionFigures
    regions: list[RegionFigures]
