"""Counts by day and reports on the quality of data."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from shared.fields import Day
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.sharing.batches.schemas import CountsOut


class CountFilters(BaseModel):
    """Whose rows, and of which days of receipt."""

    producer: str | None = Field(default=None, max_length=64, description="For officers; agencies see their own")
    kind: RecordKind | None = None
    since: Day | None = Field(default=None, description="First day of receipt; by default 30 days before `until`")
    until: Day | None = Field(default=None, description="Last day of receipt; by default today")


class ReconciledDayOut(CountsOut):
    """What came of the rows of one producer and kind received on one day: as of now, not as of that day."""

    day: date
    producer: str
    kind: str
    outcomes: dict[str, int]


class DaysOut(BaseModel):
    """Counts by day, newest first. They always add up."""

    since: date
    until: date
    items: list[ReconciledDayOut]
    total: CountsOut


class CauseOut(BaseModel):
    """One cause of refusals."""

    code: str = Field(examples=["missing"])
    pointer: str = Field(examples=["/content/decided_on"])
    rows: int


class QualityOut(CountsOut):
    """How good the data of one producer and kind are, over the rows received in a period."""

    model_config = ConfigDict(from_attributes=True)

    producer: str
    kind: str
    completeness: float | None = Field(
        description="Part of the fields that were filled, 0 to 1; rows pushed again unchanged are left out"
    )
    with_term: int = Field(description="Records for which the law sets a term")
    in_time: int = Field(description="Of these, those received within it")
    timeliness: float | None = Field(description="in_time / with_term")
    matched_by_name: int = Field(description="Records without a code, joined by name")
    unmatched: int = Field(description="Rows that wait for a match now")
    causes: list[CauseOut] = Field(description="Why rows were refused, the most frequent first, at most 20")
    corrections_asked: int
    corrections_overdue: int
    score: float | None = Field(description="Of 100: by completeness, timeliness, acceptance and match, a quarter each")


class QualityReportOut(BaseModel):
    """The report on the quality of data."""

    since: date
    until: date
    items: list[QualityOut]
