import datetime as dt
import json

import chinese_calendar
import pytest
from chinese_calendar.constants import holidays as published
from hypothesis import given
from hypothesis import strategies as st

from shared import calendar
from shared.calendar import Deadline, calendar_days_after, months_after, working_days_after

DAY = dt.timedelta(days=1)
BASIS = "市场监督管理投诉举报处理暂行办法 第十四条"
LAST_PUBLISHED = calendar._LAST_PUBLISHED_YEAR
dates = st.dates(dt.date(2004, 1, 1), dt.date(2026, 9, 1))


def d(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def due(start: str, days: int, **options) -> str:
    return working_days_after(d(start), days, basis=BASIS, **options).due_on.isoformat()


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2025-09-26", 7, "2025-10-13"),  # National Day and Mid-autumn off, 28 September and 11 October worked
        ("2025-09-26", 1, "2025-09-28"),  # a make-up Sunday
        ("2025-10-10", 1, "2025-10-11"),  # a make-up Saturday
        ("2024-02-09", 1, "2024-02-18"),  # Spring Festival ends on a make-up Sunday
        ("2025-01-26", 3, "2025-02-06"),  # over the Spring Festival of 2025
        ("2024-12-31", 2, "2025-01-03"),  # New Year
        ("2024-02-28", 1, "2024-02-29"),  # leap February
        ("2023-02-28", 1, "2023-03-01"),
        ("2018-12-28", 1, "2018-12-29"),  # a Saturday worked for the New Year of 2019
        ("2018-12-29", 1, "2019-01-02"),
        ("2025-10-04", 1, "2025-10-09"),  # an event on a day off
    ],
)
def test_counts_working_days_by_the_published_notices(start, days, end):
    assert due(start, days) == end


def test_explains_every_day_and_names_the_festival_in_both_languages():
    notes = calendar.explain(working_days_after(d("2025-09-26"), 7, basis=BASIS))
    by_day = {note.day.isoformat(): note for note in notes}
    assert [note.day for note in notes] == [d("2025-09-26") + DAY * n for n in range(18)]
    assert by_day["2025-09-26"].reason == "event_day"
    assert by_day["2025-09-27"].reason == "weekend"
    assert by_day["2025-09-28"].reason == "make_up_working_day"
    assert by_day["2025-10-01"].label_zh == "国庆节放假,不计入"
    assert by_day["2025-10-01"].label_en == "National Day, not counted"
    assert by_day["2025-10-12"].label_zh == "周末,不计入"
    assert by_day["2025-10-13"].label_zh == "第7个工作日"
    assert sum(note.counted for note in notes) == 7
    assert not any(note.provisional for note in notes)


def test_every_festival_of_the_published_data_has_a_chinese_name():
    assert set(published.values()) <= set(calendar._FESTIVALS_ZH)


@pytest.mark.parametrize("unit", [working_days_after, calendar_days_after])
def test_a_clock_started_in_the_last_published_december_runs_on_and_says_it_is_provisional(unit):
    deadline = unit(dt.date(LAST_PUBLISHED, 12, 15), 45, basis=BASIS)
    assert deadline.due_on.year == LAST_PUBLISHED + 1
    assert deadline.provisional
    notes = {note.day: note for note in deadline.explanation}
    new_year = notes[dt.date(LAST_PUBLISHED + 1, 1, 1)]
    assert new_year.provisional
    assert not notes[dt.date(LAST_PUBLISHED, 12, 16)].provisional
    assert any("暂定" in note.label_zh and "provisional" in note.label_en for note in notes.values())


def test_the_last_days_of_the_last_published_year_are_provisional_because_the_next_notice_may_claim_them():
    assert not working_days_after(dt.date(LAST_PUBLISHED, 12, 1), 5, basis=BASIS).provisional
    assert calendar.day_status(dt.date(LAST_PUBLISHED, 12, 31)).provisional


def test_years_before_the_published_data_and_far_ahead_are_answered_provisionally():
    assert working_days_after(d("2003-12-30"), 5, basis=BASIS).provisional
    assert working_days_after(d("2050-01-03"), 5, basis=BASIS).provisional


@given(dates, st.integers(1, 60), st.lists(st.tuples(dates, st.integers(0, 40)), max_size=3))
def test_working_days_agree_with_an_independent_count(start, days, pauses):
    suspensions = [(first, first + DAY * length) for first, length in pauses]
    deadline = working_days_after(start, days, basis=BASIS, suspensions=suspensions)

    suspended = {first + DAY * n for first, length in pauses for n in range(length + 1)}
    span = [start + DAY * n for n in range(1, (deadline.due_on - start).days + 1)]
    if span[-1].year <= LAST_PUBLISHED:
        worked = [day for day in span if chinese_calendar.is_workday(day) and day not in suspended]
        assert len(worked) == days
        assert worked[-1] == deadline.due_on
    assert sum(note.counted for note in deadline.explanation) == days
    assert [note.day for note in deadline.explanation] == [start, *span]


@given(dates, st.integers(0, 400))
def test_a_calendar_period_ends_on_the_first_working_day_not_before_its_last_day(start, days):
    last = start + DAY * days
    while last.year <= LAST_PUBLISHED and not chinese_calendar.is_workday(last):
        last += DAY
    if last.year <= LAST_PUBLISHED:
        assert calendar_days_after(start, days, basis=BASIS).due_on == last


def test_a_calendar_period_that_ends_in_a_holiday_rolls_to_the_next_working_day_and_says_so():
    deadline = calendar_days_after(d("2025-09-21"), 10, basis=BASIS)
    assert deadline.due_on == d("2025-10-09")
    notes = {note.day: note for note in deadline.explanation}
    assert notes[d("2025-10-01")].number == 10
    assert notes[d("2025-10-02")].reason == "holiday"
    assert deadline.explanation[-1].reason == "roll_forward"


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2025-08-31", 1, "2025-09-30"),
        ("2023-12-29", 2, "2024-02-29"),
        ("2024-12-31", 2, "2025-02-28"),
        ("2025-08-01", 2, "2025-10-09"),  # 1 October is off
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-01-15", 3, "2025-04-15"),
        ("2025-11-30", 1, "2025-12-30"),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month_and_roll(start, months, end):
    assert months_after(d(start), months, basis=BASIS).due_on == d(end)


def test_suspended_days_do_not_count_and_overlap_with_holidays_only_once():
    pause = (d("2025-09-29"), d("2025-10-09"))
    deadline = working_days_after(
        d("2025-09-26"), 7, basis=BASIS, suspensions=[pause, (d("2025-10-05"), d("2025-10-09"))]
    )
    assert deadline.suspensions == (pause,)
    counted = [note.day.isoformat() for note in deadline.explanation if note.counted]
    assert counted == [
        "2025-09-28", "2025-10-10", "2025-10-11", "2025-10-13", "2025-10-14", "2025-10-15", "2025-10-16",
    ]  # fmt: skip


def test_a_suspension_lengthens_calendar_days_and_months_by_its_days():
    pause = (d("2025-03-03"), d("2025-03-05"))
    assert calendar_days_after(d("2025-03-01"), 10, basis=BASIS, suspensions=[pause]).due_on == d("2025-03-14")
    assert months_after(d("2025-03-01"), 1, basis=BASIS, suspensions=[pause]).due_on == d("2025-04-07")


def test_a_rolled_end_is_neither_a_day_off_nor_suspended():
    pause = (d("2025-10-09"), d("2025-10-10"))
    assert calendar_days_after(d("2025-09-21"), 10, basis=BASIS, suspensions=[pause]).due_on == d("2025-10-11")


def test_a_period_of_no_days_ends_at_once_or_on_the_next_working_day():
    assert due("2025-09-26", 0) == "2025-09-26"
    assert due("2025-10-01", 0) == "2025-10-09"


@pytest.mark.parametrize(
    "options",
    [
        {"days": -1},
        {"suspensions": [(d("2025-02-02"), d("2025-02-01"))]},
        {"suspensions": [(d("2025-02-02"), dt.date.max)]},
    ],
)
def test_a_period_that_makes_no_sense_is_refused(options):
    with pytest.raises(ValueError, match=r"negative|before|never"):
        working_days_after(d("2025-01-01"), **{"days": 20, "basis": BASIS, **options})


def test_a_deadline_survives_json():
    deadline = working_days_after(d("2025-09-26"), 7, basis=BASIS, suspensions=[(d("2025-10-09"), d("2025-10-09"))])
    again = Deadline.from_json(json.loads(json.dumps(deadline.to_json())))
    assert again == deadline
    assert again.explanation == deadline.explanation


def test_an_outdated_deadline_is_recalculated_from_its_own_terms():
    outdated = Deadline(d("2025-09-26"), d("2025-10-09"), 7, "working_days", BASIS, provisional=True)
    assert calendar.recalculated(outdated) == working_days_after(d("2025-09-26"), 7, basis=BASIS)


def test_a_sunday_may_be_worked_and_a_weekday_a_holiday():
    assert calendar.is_working_day(d("2025-09-28"))
    assert not calendar.is_working_day(d("2025-10-08"))
