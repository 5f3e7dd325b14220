"""The course of a case over HTTP: its dates, its steps, its public tracking."""

from datetime import date, datetime

from pydantic import BaseModel, Field


class LabelOut(BaseModel):
    """A text in both languages."""

    zh: str
    en: str


class DayOut(BaseModel):
    """One day of a period, counted or not, and why."""

    day: date
    counted: bool
    number: int | None
    reason: str
    label: str
    label_en: str


class DeadlineOut(BaseModel):
    """One statutory date of a case."""

    node: str
    label: str
    label_en: str
    started_on: date
    due_on: date
    working_days: int
    basis: str
    confirmed: bool = Field(description="False where the source of the term still awaits a second one")
    note: str
    provisional: bool = Field(description="True while it rests on holidays that are not published yet")
    met_on: date | None
    is_overdue: bool
    explanation: list[DayOut] | None = None


class DeadlinesOut(BaseModel):
    """All statutory dates of a case so far, and the one which is running."""

    number: str
    current: str | None
    items: list[DeadlineOut]


class StepOut(BaseModel):
    """One act in a case: no names, no personal data."""

    position: int
    act: str
    act_label: LabelOut
    state: str
    state_label: LabelOut
    actor: str = Field(description="applicant, officer or system")
    unit: str | None
    on: date
    at: datetime
    due_on: date | None


class HistoryOut(BaseModel):
    """What happened in a case, in order."""

    number: str
    steps: list[StepOut]


class TrackingOut(BaseModel):
    """A case as everyone may follow it by its number: no names, no personal data."""

    number: str
    matter_code: str
    matter_name: str
    matter_name_en: str
    region: str
    region_name: str
    state: str
    state_label: LabelOut
    due_on: date | None
    is_overdue: bool
    steps: list[StepOut]
