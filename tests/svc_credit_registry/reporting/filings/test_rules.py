"""Windows, first years and what stays unpublished."""

from datetime import date
from typing import Any

import pytest

from svc_credit_registry.reporting.filings import rules
from svc_credit_registry.reporting.filings.errors import CorrectionWindowOver, WindowNotOpen, YearNotReportable


@pytest.mark.parametrize(
    ("day", "state", "late"),
    [
        (date(2025, 12, 31), "not_open", False),
        (date(2026, 1, 1), "open", False),
        (date(2026, 6, 30), "open", False),
        (date(2026, 7, 1), "over", True),
    ],
)
def test_the_window_is_january_to_june(day: date, state: str, late: bool) -> None:
    window = rules.window_of(2025)
    assert window.state(day) == state
    assert window.is_late(day) is late


@pytest.mark.parametrize(("year", "measure"), [(2014, "654号"), (2022, "654号"), (2023, "654号"), (2024, "777号")])
def test_a_report_keeps_the_law_of_the_day_its_window_opened(year: int, measure: str) -> None:
    assert measure in rules.window_of(year).terms.duty


def test_30_june_is_the_last_day_also_on_a_sunday() -> None:
    assert rules.window_of(2023).due_on == date(2024, 6, 30)
    assert rules.window_of(2023).due_on.isoweekday() == 7


@pytest.mark.parametrize(
    ("founded", "first"), [(date(2012, 6, 18), 2014), (date(2025, 12, 31), 2025), (date(2026, 1, 1), 2026)]
)
def test_the_first_report_is_for_the_year_of_registration(founded: date, first: int) -> None:
    assert rules.first_year(founded) == first


def test_years_are_due_up_to_the_last_one() -> None:
    assert list(rules.years_due(date(2024, 3, 1), date(2026, 1, 1))) == [2024, 2025]
    assert list(rules.years_due(date(2026, 3, 1), date(2026, 12, 31))) == []


def test_a_year_before_the_registration_or_not_over_yet_is_refused() -> None:
    with pytest.raises(YearNotReportable):
        rules.check_year(2024, date(2025, 1, 1), date(2026, 5, 1))
    with pytest.raises(WindowNotOpen):
        rules.check_year(2026, date(2025, 1, 1), date(2026, 12, 31))
    with pytest.raises(YearNotReportable):
        rules.window_of(2013)


def test_corrections_end_on_30_june_or_with_the_day_that_was_ordered() -> None:
    window = rules.window_of(2025)
    rules.check_correction(window, date(2026, 6, 30), None)
    with pytest.raises(CorrectionWindowOver):
        rules.check_correction(window, date(2026, 7, 1), None)
    rules.check_correction(window, date(2026, 10, 26), date(2026, 10, 26))
    with pytest.raises(CorrectionWindowOver):
        rules.check_correction(window, date(2026, 10, 27), date(2026, 10, 26))


@pytest.mark.parametrize("elected", [[], ["employees"], ["employees", "guarantees"], list(rules.ELECTIVE)])
def test_only_elected_figures_are_published_and_items_1_to_6_always_are(elected: list[str]) -> None:
    figures: dict[str, Any] = dict.fromkeys(rules.FIGURES, 7)
    form = {part: [part] for part in rules.PUBLIC_PARTS} | {
        "figures": figures, "guarantees": [{"amount_yuan": "9"}], "published_figures": elected,
    }  # fmt: skip
    shown = rules.public_part(form)
    assert set(shown["figures"]) == set(elected) - {"guarantees"}
    assert bool(shown["guarantees"]) is ("guarantees" in elected)
    assert set(shown["not_published"]) == set(rules.ELECTIVE) - set(elected)
    assert all(shown[part] == [part] for part in rules.PUBLIC_PARTS)
