"""One shape for the statutory dates of a case or document in all services."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, Field

from shared.calendar import DayNote


class DayOut(BaseModel):
    """One day of a period: counted or not, and why."""

    day: date
    counted: bool
    number: int | None = Field(description="Its count within the period; absent where it does not count")
    reason: str
    label: str = Field(description="The reason in words, Chinese first, English by Accept-Language")


class DeadlineOut(BaseModel):
    """One statutory date with its source; `explanation` is there when it was asked for."""

    node: str
    label: str
    started_on: date
    due_on: date | None = Field(description="Absent while the clock is suspended")
    working_days: int
    basis: str
    confirmed: bool = Field(default=True, description="False where the source of the term still awaits a second one")
    note: str = ""
    provisional: bool = Field(description="True while it rests on holidays that are not published yet")
    suspended: bool = False
    met_on: date | None
    is_overdue: bool
    explanation: list[DayOut] | None = Field(default=None, description="Each day counted or skipped, and why")


class DeadlinesOut(BaseModel):
    """All statutory dates so far, in the order in which they were set off."""

    number: str | None = Field(default=None, description="What people read out on the phone, once there is one")
    items: list[DeadlineOut]


def days_out(notes: Sequence[DayNote], *, english: bool) -> list[DayOut]:
    """The day-by-day count of a period in the reader's language."""
    return [
        DayOut(
            day=note.day,
            counted=note.counted,
            number=note.number,
            reason=note.reason,
            label=note.label_en if english else note.label_zh,
        )
        for note in notes
    ]
