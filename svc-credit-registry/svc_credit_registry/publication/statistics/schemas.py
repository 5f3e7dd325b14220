"""Published figures as they go out."""

import uuid
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field


class QueryOut(BaseModel):
    """How a figure is computed: the statement that is run, and what it is given."""

    id: str = Field(description="Name and version", examples=["enterprises_by_region/1"])
    sql: str
    parameters: dict[str, str] = Field(description="as_of: the day; cutoff: only what stood on the record then counts")


class SeriesOut(BaseModel):
    """One series of a figure."""

    key: str
    label: str


class FigureOut(BaseModel):
    """A figure of the catalogue, with its definition."""

    name: str
    version: int
    title: str
    counts: str = Field(description="What is counted")
    leaves_out: str = Field(description="What is not")
    basis: str
    rows_are: str = Field(description="region, category (section of industry, kind of result) or period")
    series: list[SeriesOut]
    region_digits: int = Field(description="How fine it is: 2 tells provinces, 4 prefectures, 6 counties")
    by_industry: bool = Field(description="Whether `industry` narrows it")
    query: QueryOut
    latest: date | None = Field(description="The latest day it was published for")


class CatalogueOut(BaseModel):
    """All figures."""

    items: list[FigureOut]


class RowOut(BaseModel):
    """One line: how many, by series."""

    key: str
    label: str | None
    values: dict[str, int]


class PublishedOut(BaseModel):
    """A figure of a day: it is stored and never changes."""

    figure: FigureOut
    as_of: date
    cutoff: datetime = Field(description="Only what stood on the record at this instant is counted")
    computed_at: datetime
    query_id: str
    region: str
    industry: str | None
    rows: list[RowOut]
    total: dict[str, int]
    digest: str = Field(description="SHA-256 of the whole figure as CSV, which `cells_url` gives")
    chart_url: str
    csv_url: str = Field(description="These rows")
    cells_url: str = Field(description="The whole figure, for all regions, as the digest is of it")


class RerunOut(BaseModel):
    """A published figure, computed again from the same query and cutoff."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    figure: str
    as_of: date
    at: datetime
    seconds: float
    same: bool = Field(description="Whether every cell came out as published")
    different_cells: int
    published_digest: str
    digest: str
