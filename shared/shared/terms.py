"""Statutory terms as dated rows with their source: a case keeps the law of its own day. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from shared.calendar import Deadline, Interval, working_days_after

OWN_RULE = "法律未作规定，本平台自定 / no statute says so: a rule of this platform"


class Dated(Protocol):
    """A row of law, in force from `since` until the next row begins."""

    @property
    def since(self) -> date:
        """The first day on which it holds."""
        ...


D = TypeVar("D", bound=Dated)


def in_force(rows: Sequence[D], day: date) -> D:
    """The row in force on `day`: the latest that had begun. Raises ValueError before the first one."""
    begun = [row for row in rows if row.since <= day]
    if not begun:
        raise ValueError(f"no terms are known for {day}")
    return max(begun, key=lambda row: row.since)


@dataclass(frozen=True)
class Term:
    """A period in working days with its source; `confirmed` is false where a second source is still missing."""

    node: str
    working_days: int
    basis: str
    confirmed: bool = True
    note: str = ""

    def deadline(self, start: date, suspensions: Sequence[Interval] = ()) -> Deadline:
        """When it ends if it was set off on `start`, a day which is not counted."""
        return working_days_after(start, self.working_days, basis=self.basis, suspensions=suspensions)
