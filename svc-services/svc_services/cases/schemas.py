"""The course of a case over HTTP: its dates, its steps, its public tracking."""

from datetime import date, datetime

from pydantic import BaseModel, Field


class StepOut(BaseModel):
    """One act in a case: no names, no personal data."""

    position: int
    act: str
    act_label: str
    state: str
    state_label: str
    actor: str = Field(description="applicant, officer or system")
    unit: str | None
    on: date
    at: datetime
    due_on: date | None


class HistoryOut(BaseModel):
    """What happened in a case, in order."""

    number: str
    items: list[StepOut]


class TrackingOut(BaseModel):
    """A case as everyone may follow it by its number: no names, no personal data."""

    number: str
    matter_code: str
    matter_name: str
    matter_name_en: str
    region: str
    region_name: str
    state: str
    state_label: str
    due_on: date | None
    is_overdue: bool
    steps: list[StepOut]
