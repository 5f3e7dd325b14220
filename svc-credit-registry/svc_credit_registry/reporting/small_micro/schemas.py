"""Sizes and the directory as they go out: never the figures behind them."""

from datetime import date

from pydantic import BaseModel, Field


class EnterpriseSizeOut(BaseModel):
    """The size of an enterprise by the statistical standard."""

    code: str
    size: str | None = Field(description="micro, small, medium or large")
    size_label: str | None
    undetermined: str | None = Field(description="Why it can't be told: no_report, industry_outside, …")
    year: int | None = Field(description="The annual report by which it was told")
    standard: str | None
    basis: str
    determined_on: date | None


class SmallEnterprise(BaseModel):
    """A small or micro enterprise in the directory."""

    code: str
    name: str
    region: str
    industry_code: str
    organisation_form: str
    established_on: date
    size: str
    year: int
