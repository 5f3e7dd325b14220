"""Terms: which row holds on a day, and when a period ends."""

from dataclasses import dataclass
from datetime import date

import pytest

from shared.terms import Term, in_force


@dataclass(frozen=True)
class Row:
    since: date


OLD, NEW = Row(date(2020, 1, 1)), Row(date(2026, 4, 15))


@pytest.mark.parametrize(
    ("day", "row"),
    [(date(2020, 1, 1), OLD), (date(2026, 4, 14), OLD), (date(2026, 4, 15), NEW), (date(2030, 1, 1), NEW)],
)
def test_a_row_holds_until_the_next_one_begins(day: date, row: Row) -> None:
    assert in_force([NEW, OLD], day) is row


def test_before_the_first_row_there_is_no_term() -> None:
    with pytest.raises(ValueError, match="2019-12-31"):
        in_force([OLD, NEW], date(2019, 12, 31))


def test_a_term_ends_as_the_calendar_says_and_cites_its_source() -> None:
    deadline = Term("acceptance", 7, "Order 20, article 14").deadline(date(2025, 9, 26))
    assert (deadline.due_on, deadline.basis) == (date(2025, 10, 13), "Order 20, article 14")
