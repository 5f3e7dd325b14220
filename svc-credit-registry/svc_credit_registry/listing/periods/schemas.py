"""Clocks as they go out: each with its law, its end and, if asked, every day counted."""

from collections.abc import Iterable
from datetime import date

from pydantic import Field

from shared.deadlines import DeadlineOut, days_out
from svc_credit_registry.listing.periods.rules import Clock, Waiting


class ClockOut(DeadlineOut):
    """A statutory date. `working_days` is 0 for a period in calendar days or months; `length` and `unit` say both."""

    length: int
    unit: str = Field(description="working_days, calendar_days or months")
    lead_days: int = Field(description="It is due this many calendar days before the period ends; mostly 0")
    waiting: Waiting = Field(description="Who has to act: officer, enterprise or the system by itself")


def clock_out(clock: Clock, today: date, *, explain: bool, english: bool) -> ClockOut:
    """A clock in the reader's language."""
    period, deadline = clock.period, clock.deadline
    return ClockOut(
        node=period.node,
        label=period.label_en if english else period.label_zh,
        started_on=clock.start_on,
        due_on=clock.due_on,
        working_days=period.length if period.unit == "working_days" else 0,
        length=period.length,
        unit=period.unit,
        lead_days=period.lead_days,
        waiting=clock.waiting,
        basis=period.basis,
        confirmed=period.confirmed,
        note=period.note,
        provisional=deadline.provisional,
        met_on=clock.met_on,
        is_overdue=clock.is_overdue(today),
        explanation=days_out(deadline.explanation, english=english) if explain else None,
    )


def clocks_out(clocks: Iterable[Clock], today: date, *, explain: bool, english: bool) -> list[ClockOut]:
    """Clocks in the order in which they were set off."""
    ordered = sorted(clocks, key=lambda clock: clock.start_on)
    return [clock_out(clock, today, explain=explain, english=english) for clock in ordered]
