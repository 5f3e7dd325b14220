from datetime import date

import pytest

from svc_credit_registry.listing.periods.rules import Clock, Period, next_due
from svc_credit_registry.listing.periods.schemas import clock_out, clocks_out

TEN = Period("decision", "决定", "Decision", 10, "working_days", "第六条")
THIRTY = Period("objection", "异议", "Objection", 30, "calendar_days", "第十六条")
THREE_YEARS = Period("escalation", "三年", "Three years", 36, "months", "第十五条")
WARNING = Period("warning", "提示", "Warning", 36, "months", "第十五条", lead_days=60)


@pytest.mark.parametrize(
    ("period", "start", "due_on", "provisional"),
    [
        # 30 June 2025 is a Monday: ten working days end on Monday 14 July
        (TEN, date(2025, 6, 30), date(2025, 7, 14), False),
        # over the National Day of 2025: 28 September and 11 October are worked, 1 to 8 October are off
        (TEN, date(2025, 9, 26), date(2025, 10, 16), False),
        # a verification at the end of December 2026 rests on days off of 2027 that are not published
        (TEN, date(2026, 12, 24), date(2027, 1, 8), True),
        (THIRTY, date(2026, 1, 1), date(2026, 2, 2), False),  # 31 January is a Saturday
        (THREE_YEARS, date(2024, 2, 29), date(2027, 3, 1), True),  # 28 February 2027 is a Sunday
        (THREE_YEARS, date(2023, 7, 3), date(2026, 7, 3), False),
        (WARNING, date(2023, 7, 3), date(2026, 5, 4), False),
    ],
)  # fmt: skip
def test_a_period_ends_where_the_law_counts(period: Period, start: date, due_on: date, provisional: bool) -> None:
    assert period.due_on(start) == due_on
    assert period.deadline(start).provisional is provisional


def test_the_last_day_belongs_to_the_period() -> None:
    clock = Clock(TEN, date(2025, 6, 30), "officer")
    assert not clock.is_overdue(date(2025, 7, 14))
    assert clock.is_overdue(date(2025, 7, 15))
    assert not Clock(TEN, date(2025, 6, 30), "officer", met_on=date(2025, 7, 14)).is_overdue(date(2026, 1, 1))
    assert Clock(TEN, date(2025, 6, 30), "officer", met_on=date(2025, 7, 15)).is_overdue(date(2025, 7, 15))


def test_what_is_due_next_is_the_running_clock_of_whoever_asks() -> None:
    met = Clock(TEN, date(2025, 1, 2), "officer", met_on=date(2025, 1, 3))
    early, late = Clock(TEN, date(2025, 6, 30), "officer"), Clock(TEN, date(2025, 7, 30), "officer")
    theirs = Clock(TEN, date(2025, 1, 2), "enterprise")
    assert next_due((met, late, theirs, early), "officer") == early
    assert next_due((met,), "officer") is None


def test_every_day_is_explained_when_asked() -> None:
    clock = Clock(TEN, date(2025, 9, 26), "officer")
    told = clock_out(clock, date(2025, 9, 27), explain=True, english=True)
    assert told.explanation is not None
    reasons = {note.day: note.reason for note in told.explanation}
    assert reasons[date(2025, 9, 28)] == "make_up_working_day"
    assert reasons[date(2025, 10, 1)] == "holiday"
    assert told.explanation[-1].number == 10
    assert clock_out(clock, date(2025, 9, 27), explain=False, english=False).explanation is None


def test_a_period_in_months_says_its_length_and_unit() -> None:
    (told,) = clocks_out([Clock(WARNING, date(2023, 7, 3), "system")], date(2026, 5, 5), explain=False, english=False)
    assert (told.length, told.unit, told.working_days, told.lead_days) == (36, "months", 0, 60)
    assert told.is_overdue
    assert told.label == "提示"
