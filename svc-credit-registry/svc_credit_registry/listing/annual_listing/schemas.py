"""Runs as officers see them."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field


class AnnualListingRunOut(BaseModel):
    """How far the automatic listing of a report year is."""

    model_config = ConfigDict(from_attributes=True)

    year: int = Field(description="The report year")
    opens_on: date
    decide_by: date
    started_at: datetime
    position: str = Field(description="The last credit code looked at in the pass that runs; empty between passes")
    examined: int
    listed: int
    passes: int
    passed_on: date | None


class RunsOut(BaseModel):
    """All runs, the latest year first."""

    items: list[AnnualListingRunOut]
