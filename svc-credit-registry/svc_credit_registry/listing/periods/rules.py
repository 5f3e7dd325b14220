"""Statutory periods of any unit with their source, and the clocks that run by them. Pure.

A clock is computed from the dates of its case each time: there is nothing stored that could disagree with the law, and
a holiday notice that comes late moves what still runs.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from shared.calendar import Deadline, Interval, Unit, calendar_days_after, months_after, working_days_after

Waiting = Literal["officer", "enterprise", "system"]
"""Who has something to do until a clock ends."""

_AFTER = {"working_days": working_days_after, "calendar_days": calendar_days_after, "months": months_after}


@dataclass(frozen=True)
class Period:
    """A period with its citation. `lead_days` calendar days before its end is what it demands; mostly 0.

    `confirmed` is false where the term or the number of its article still awaits a second source; `note` says which.
    """

    node: str
    label_zh: str
    label_en: str
    length: int
    unit: Unit
    basis: str
    lead_days: int = 0
    confirmed: bool = True
    note: str = ""

    def deadline(self, start: date, suspensions: tuple[Interval, ...] = ()) -> Deadline:
        """When the period ends if it was set off on `start`, a day which is not counted; without its lead. Days within
        a suspension do not count either.
        """
        return _deadline(self, start, suspensions)

    def due_on(self, start: date) -> date:
        """The day by which what the period demands is to be done."""
        return self.deadline(start).due_on - timedelta(days=self.lead_days)


@lru_cache(maxsize=4096)
def _deadline(period: Period, start: date, suspensions: tuple[Interval, ...]) -> Deadline:
    return _AFTER[period.unit](start, period.length, basis=period.basis, suspensions=suspensions)


@dataclass(frozen=True)
class Clock:
    """A period of a case: since when it runs, who has to act, when that was done, and when it stood still."""

    period: Period
    start_on: date
    waiting: Waiting
    met_on: date | None = None
    suspensions: tuple[Interval, ...] = ()

    @property
    def deadline(self) -> Deadline:
        """When the period ends, without its lead."""
        return self.period.deadline(self.start_on, self.suspensions)

    @property
    def due_on(self) -> date:
        """The day by which something is to be done."""
        return self.deadline.due_on - timedelta(days=self.period.lead_days)

    @property
    def is_running(self) -> bool:
        """Whether what it demands is still to be done."""
        return self.met_on is None

    def is_overdue(self, today: date) -> bool:
        """Whether it was or is done too late: the last day still belongs to the period."""
        return (self.met_on or today) > self.due_on


def next_due(clocks: tuple[Clock, ...], waiting: Waiting) -> Clock | None:
    """The running clock of `waiting` which ends first."""
    running = [clock for clock in clocks if clock.is_running and clock.waiting == waiting]
    return min(running, key=lambda clock: clock.due_on, default=None)


def queue_place(clocks: tuple[Clock, ...]) -> tuple[date | None, str | None, bool]:
    """Where a case stands in its officers' queue: the day that is due next and what is due then, None for nothing; and
    whether a running clock rests on days off that are not published yet.
    """
    due = next_due(clocks, "officer")
    provisional = any(c.is_running and c.deadline.provisional for c in clocks)
    return (due.due_on, due.period.node, provisional) if due else (None, None, provisional)
