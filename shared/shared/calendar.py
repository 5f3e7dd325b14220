"""Statutory periods that can explain themselves. Pure: no clock, no I/O; dates are those of Asia/Shanghai.

Which days are worked follows the yearly holiday notice of the State Council, which also makes some Saturdays and
Sundays working days (调休). `chinesecalendar` carries the notices; later years come from `holidays`, which knows the
festivals but not yet the make-up days, so every date which rests on them is marked `provisional`.

A period starts on the day after its event and ends with its last day (Civil Code art. 201 and 203): a period in
calendar days or months that would end on a day off runs to the next working day.
"""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, Literal

import chinese_calendar
from chinese_calendar.constants import holidays as _published_holidays
from holidays import country_holidays

Unit = Literal["working_days", "calendar_days", "months"]
Reason = Literal[
    "event_day",
    "working_day",
    "make_up_working_day",
    "calendar_day",
    "weekend",
    "holiday",
    "suspension",
    "roll_forward",
]
Interval = tuple[dt.date, dt.date]
"""A closed interval of dates: both ends belong to it."""

_DAY = dt.timedelta(days=1)
_LONGEST_PERIOD = dt.timedelta(days=366 * 30)
_LAST_PUBLISHED_YEAR: int = max(_published_holidays).year
# The notice for a year has more than once claimed days of the December before: 2005-12-31, 2006-12-30, 2007-12-29,
# 2011-12-31 and 2018-12-29 were made working days by it, 2018-12-31 a day off. 29 December is the earliest so far.
_CONFIRMED_UNTIL = dt.date(_LAST_PUBLISHED_YEAR, 12, 28)
_CONFIRMED_FROM: dt.date = min(_published_holidays)

# `chinesecalendar` names festivals in English only; the Chinese names are those of the notices.
_FESTIVALS_ZH = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}


@dataclass(frozen=True)
class DayStatus:
    """What a date is: worked or not, why, after which festival, and whether the notice for it is published."""

    working: bool
    reason: Reason
    festival_zh: str | None = None
    festival_en: str | None = None
    provisional: bool = False


@dataclass(frozen=True)
class DayNote:
    """One day of an explanation. `number` is its count within the period, None when the day does not count."""

    day: dt.date
    counted: bool
    reason: Reason
    number: int | None = None
    festival_zh: str | None = None
    festival_en: str | None = None
    provisional: bool = False

    @property
    def label_zh(self) -> str:
        """The reason in Chinese, such as 国庆节放假,不计入."""
        festival = self.festival_zh or ""
        text = {
            "event_day": "起算事由发生当日,不计入",
            "working_day": f"第{self.number}个工作日",
            "make_up_working_day": f"{festival}调休上班,第{self.number}个工作日",
            "calendar_day": f"第{self.number}日",
            "weekend": "周末,不计入",
            "holiday": f"{festival}放假,不计入",
            "suspension": "期间中止,不计入",
            "roll_forward": "届满日顺延至此工作日",
        }[self.reason]
        return text + ("(放假安排尚未公布,暂定)" if self.provisional else "")

    @property
    def label_en(self) -> str:
        """The reason in English."""
        festival = self.festival_en or ""
        text = {
            "event_day": "day of the event, not counted",
            "working_day": f"working day {self.number}",
            "make_up_working_day": f"make-up working day ({festival}), working day {self.number}",
            "calendar_day": f"day {self.number}",
            "weekend": "weekend, not counted",
            "holiday": f"{festival}, not counted",
            "suspension": "clock suspended, not counted",
            "roll_forward": "the end moves to this working day",
        }[self.reason]
        return text + (" (provisional: holidays not published yet)" if self.provisional else "")


@dataclass(frozen=True)
class Deadline:
    """A period and its end. `days` counts `unit`s (months when the unit is months); `basis` is the citation.

    `provisional` is true when any day from start to end rests on an unpublished holiday notice; such a deadline is
    to be `recalculated` when the notice is there.
    """

    start_on: dt.date
    due_on: dt.date
    days: int
    unit: Unit
    basis: str
    provisional: bool = False
    suspensions: tuple[Interval, ...] = ()

    @property
    def explanation(self) -> tuple[DayNote, ...]:
        """Every day from the event to the end, counted or skipped, and why."""
        return explain(self)

    def to_json(self) -> dict[str, Any]:
        """The deadline as JSON values; `from_json` reads it back."""
        return {
            "start_on": self.start_on.isoformat(),
            "due_on": self.due_on.isoformat(),
            "days": self.days,
            "unit": self.unit,
            "basis": self.basis,
            "provisional": self.provisional,
            "suspensions": [[first.isoformat(), last.isoformat()] for first, last in self.suspensions],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Deadline":
        """The deadline that `to_json` wrote, with its dates as they were then, not computed anew."""
        return cls(
            start_on=dt.date.fromisoformat(data["start_on"]),
            due_on=dt.date.fromisoformat(data["due_on"]),
            days=data["days"],
            unit=data["unit"],
            basis=data["basis"],
            provisional=data["provisional"],
            suspensions=tuple(
                (dt.date.fromisoformat(first), dt.date.fromisoformat(last)) for first, last in data["suspensions"]
            ),
        )


def working_days_after(start: dt.date, days: int, *, basis: str, suspensions: Sequence[Interval] = ()) -> Deadline:
    """The end of a period of `days` working days after the event on `start`.

    Days within a suspension do not count. Raises ValueError for a negative period or one that never ends.
    """
    return _deadline(start, days, "working_days", basis, suspensions)


def calendar_days_after(start: dt.date, days: int, *, basis: str, suspensions: Sequence[Interval] = ()) -> Deadline:
    """The end of a period of `days` calendar days; an end on a day off moves to the next working day."""
    return _deadline(start, days, "calendar_days", basis, suspensions)


def months_after(start: dt.date, months: int, *, basis: str, suspensions: Sequence[Interval] = ()) -> Deadline:
    """The end of a period of months: the same day of the month, or the month's last where there is none.

    Suspended days are added at the end; an end on a day off moves to the next working day (Civil Code art. 202).
    """
    return _deadline(start, months, "months", basis, suspensions)


def explain(deadline: Deadline) -> tuple[DayNote, ...]:
    """Each day of the period with its reason, by today's calendar data; the last note is the day it ends."""
    return tuple(_walk(deadline.start_on, deadline.days, deadline.unit, deadline.suspensions))


def recalculated(deadline: Deadline) -> Deadline:
    """The same period by today's calendar data: differs when a holiday notice was published meanwhile."""
    return _deadline(deadline.start_on, deadline.days, deadline.unit, deadline.basis, deadline.suspensions)


def is_working_day(day: dt.date) -> bool:
    """Whether offices work on `day`, provisionally for years without a published notice."""
    return day_status(day).working


@lru_cache(maxsize=8192)
def day_status(day: dt.date) -> DayStatus:
    """What `day` is. Weekends inside a holiday carry the holiday's name."""
    if _CONFIRMED_FROM.year <= day.year <= _LAST_PUBLISHED_YEAR:
        return _published_status(day)
    return _expected_status(day)


def _published_status(day: dt.date) -> DayStatus:
    off, festival = chinese_calendar.get_holiday_detail(day)
    provisional = day > _CONFIRMED_UNTIL
    if festival is None:
        return DayStatus(not off, "weekend" if off else "working_day", provisional=provisional)
    reason: Reason = "holiday" if off else "make_up_working_day"
    return DayStatus(not off, reason, _FESTIVALS_ZH.get(festival, festival), festival, provisional)


def _expected_status(day: dt.date) -> DayStatus:
    zh, en = _expected_holidays(day.year)
    if day in en:
        return DayStatus(False, "holiday", zh[day], en[day], provisional=True)
    weekend = day.weekday() >= 5
    return DayStatus(not weekend, "weekend" if weekend else "working_day", provisional=True)


@cache
def _expected_holidays(year: int) -> tuple[dict[dt.date, str], dict[dt.date, str]]:
    zh, en = (dict(country_holidays("CN", years=year, language=language)) for language in ("zh_CN", "en_US"))
    return zh, en


def _deadline(start: dt.date, days: int, unit: Unit, basis: str, suspensions: Sequence[Interval]) -> Deadline:
    if days < 0:
        raise ValueError("a period can't be negative")
    intervals = _merged(suspensions)
    draft = Deadline(start, start, days, unit, basis, suspensions=intervals)
    notes = explain(draft)
    return replace(draft, due_on=notes[-1].day, provisional=any(note.provisional for note in notes))


def _merged(suspensions: Sequence[Interval]) -> tuple[Interval, ...]:
    intervals = tuple(sorted(suspensions))
    if any(last < first for first, last in intervals):
        raise ValueError("a suspension ends before it starts")
    if all(earlier[1] < later[0] for earlier, later in pairwise(intervals)):
        return intervals
    merged = [intervals[0]]
    for first, last in intervals[1:]:
        if first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _walk(start: dt.date, days: int, unit: Unit, suspensions: Sequence[Interval]) -> Iterator[DayNote]:
    """Counting and explaining are one walk, so that the explanation can't disagree with the date."""
    yield _note(start, "event_day", day_status(start), None)
    length = (_months_later(start, days) - start).days if unit == "months" else days
    day, number = start, 0
    while number < length:
        day = _following(day, start)
        reason = _reason(day, unit, suspensions)
        counted = reason in ("working_day", "make_up_working_day", "calendar_day")
        number += counted
        yield _note(day, reason, day_status(day), number if counted else None)
    if unit == "working_days" and days > 0:
        return
    while _reason(day, "working_days", suspensions) not in ("working_day", "make_up_working_day"):
        day = _following(day, start)
        reason = _reason(day, "working_days", suspensions)
        worked = reason in ("working_day", "make_up_working_day")
        yield _note(day, "roll_forward" if worked else reason, day_status(day), None)


def _following(day: dt.date, start: dt.date) -> dt.date:
    if day - start > _LONGEST_PERIOD:
        raise ValueError("the period never ends")
    return day + _DAY


def _reason(day: dt.date, unit: Unit, suspensions: Sequence[Interval]) -> Reason:
    if any(first <= day <= last for first, last in suspensions):
        return "suspension"
    return day_status(day).reason if unit == "working_days" else "calendar_day"


def _note(day: dt.date, reason: Reason, status: DayStatus, number: int | None) -> DayNote:
    named = reason in ("holiday", "make_up_working_day")
    return DayNote(
        day=day,
        counted=number is not None,
        reason=reason,
        number=number,
        festival_zh=status.festival_zh if named else None,
        festival_en=status.festival_en if named else None,
        provisional=status.provisional,
    )


def _months_later(day: dt.date, months: int) -> dt.date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
