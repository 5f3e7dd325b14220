"""Annual reports of enterprises: who files for which year, when, what may stay unpublished, what must be right.

Sources: 《企业信息公示暂行条例》 articles 8, 9 and 12 (Order 654 of 2014, revised by Order 777 of 2024). `TERMS` holds
one row for each text that was in force; the report for a year keeps the row of the day on which its window opened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.terms import in_force
from svc_credit_registry.reporting.filings.errors import CorrectionWindowOver, WindowNotOpen, YearNotReportable

MATTER = "MR-ENT-ANNUAL-REPORT"
KIND = "annual_report"
"""Kind of the item on the public record."""
DRAFT = {"draft": ("填报中，尚未公示", "Draft, not published")}
REPORT_STATES = DRAFT | {
    "published": ("已公示", "Published"),
    "correcting": ("已公示，正在更正", "Published, a correction is being written"),
}
DUTY_STATES = DRAFT | {
    "outstanding": ("待报送", "To be filed"),
    "overdue": ("逾期未报", "Overdue"),
    "filed": ("已按期报送", "Filed in time"),
    "filed_late": ("已逾期补报", "Filed late"),
}


@dataclass(frozen=True)
class Terms:
    """The text in force from `since`. Months and days of the window, both ends included."""

    version: str
    since: date
    measure: str
    opens: tuple[int, int]
    closes: tuple[int, int]
    duty: str
    contents: str
    correction: str
    confirmed: bool = True
    note: str = ""


_REGULATIONS = "《企业信息公示暂行条例》"
_OF_2014 = f"{_REGULATIONS}（国务院令第654号，2014-10-01起施行）"
_OF_2024 = f"{_REGULATIONS}（国务院令第777号修订，2024-05-01起施行）"

TERMS: tuple[Terms, ...] = (
    Terms(
        version="sc-654-2014",
        since=date(2014, 10, 1),
        measure=_OF_2014,
        opens=(1, 1),
        closes=(6, 30),
        duty=f"{_OF_2014}第八条",
        contents=f"{_OF_2014}第九条",
        correction=f"{_OF_2014}第十二条",
    ),
    Terms(
        version="sc-777-2024",
        since=date(2024, 5, 1),
        measure=_OF_2024,
        opens=(1, 1),
        closes=(6, 30),
        duty=f"{_OF_2024}第八条",
        contents=f"{_OF_2024}第九条",
        correction=f"{_OF_2024}第十二条",
        note="条次沿用2014年文本 / the numbers of the articles are those of 2014",
    ),
)

FIRST_YEAR = 2014
"""The first year with a whole window, January to June 2015. The one for 2013 was transitional and is not taken here."""

FIGURES: dict[str, tuple[str, str]] = {
    "employees": ("从业人数", "Employees"),
    "assets_yuan": ("资产总额", "Total assets"),
    "liabilities_yuan": ("负债总额", "Total liabilities"),
    "equity_yuan": ("所有者权益合计", "Owners' equity"),
    "revenue_yuan": ("营业总收入", "Total revenue"),
    "main_revenue_yuan": ("主营业务收入", "Revenue of the main business"),
    "profit_yuan": ("利润总额", "Total profit"),
    "net_profit_yuan": ("净利润", "Net profit"),
    "tax_yuan": ("纳税总额", "Taxes paid"),
}
"""Article 9, item 7: the enterprise chooses which of these, and whether its guarantees, are published."""

GUARANTEES = "guarantees"
ELECTIVE = (*FIGURES, GUARANTEES)

PUBLIC_PARTS = (
    "contact", "operation", "investments", "contributions", "equity_changes", "websites",
)  # fmt: skip
"""Article 9, items 1 to 6: always public."""


@dataclass(frozen=True)
class Window:
    """When the report for `year` is taken in time; both days belong to it."""

    year: int
    opens_on: date
    due_on: date
    terms: Terms

    def state(self, today: date) -> str:
        """`not_open`, `open` or `over`."""
        if today < self.opens_on:
            return "not_open"
        return "open" if today <= self.due_on else "over"

    def is_late(self, filed_on: date) -> bool:
        """Whether a report filed that day is late; it is taken all the same, and marked."""
        return filed_on > self.due_on


def window_of(year: int) -> Window:
    """The window of the report for `year`. It ends with 30 June whatever day of the week that is: filing is online,
    and the Regulations name the day, not a period. Raises YearNotReportable before the first year.
    """
    if not FIRST_YEAR <= year <= 2198:
        raise YearNotReportable(f"年度报告自{FIRST_YEAR}年度起 / reports are taken for {FIRST_YEAR} and later")
    row = in_force(TERMS, date(year + 1, 1, 1))
    return Window(year, date(year + 1, *row.opens), date(year + 1, *row.closes), row)


def reports_here(code: str) -> bool:
    """Whether the Regulations ask a report of this kind of entity: of enterprises, but not of individual businesses
    (个体工商户), whose reports have a measure of their own (工商总局令第69号).
    """
    return not code.startswith("92")


def first_year(established_on: date) -> int:
    """The first year an enterprise reports on: that of its registration, filed in the next year (article 8)."""
    return max(established_on.year, FIRST_YEAR)


def years_due(established_on: date, today: date) -> range:
    """The years an enterprise in business has to have reported on, or may report on today."""
    return range(first_year(established_on), today.year)


def opened(year: int, today: date) -> Window:
    """The window of a year whose reports are taken, or were; refused with 409 while it has not opened."""
    window = window_of(year)
    if window.state(today) == "not_open":
        raise WindowNotOpen(
            f"{year}年度报告自{window.opens_on}起报送（{window.terms.duty}） / taken from {window.opens_on} on",
            opens_on=window.opens_on.isoformat(),
        )
    return window


def check_year(year: int, established_on: date, today: date) -> Window:
    """The window of a year which can be reported on today, in time or late; refused with 409 otherwise."""
    if year < established_on.year:
        raise YearNotReportable(
            f"企业于{established_on}设立登记，首次年度报告为{first_year(established_on)}年度 / "
            f"founded on {established_on}, the first report is for {first_year(established_on)}",
            first_year=first_year(established_on),
        )
    return opened(year, today)


def check_correction(window: Window, today: date, ordered_until: date | None) -> None:
    """A published report is corrected until 30 June of the year it is filed in, later only as far as an objection that
    was upheld ordered it (`ordered_until`). 409 otherwise.
    """
    last = max(window.due_on, ordered_until or window.due_on)
    if today > last:
        raise CorrectionWindowOver(
            f"更正截止于{last}（{window.terms.correction}）；确有错误的，可以申请核查 / corrections ended on {last}; "
            "ask for verification of the item instead",
            due_on=last.isoformat(),
        )


def public_part(form: Mapping[str, Any]) -> dict[str, Any]:
    """What of a report is published: items 1 to 6, and of item 7 what the enterprise elected."""
    elected = set(form.get("published_figures") or ())
    figures = form.get("figures") or {}
    shown: dict[str, Any] = {part: form.get(part) for part in PUBLIC_PARTS}
    shown["figures"] = {name: figures.get(name) for name in FIGURES if name in elected}
    shown[GUARANTEES] = form.get(GUARANTEES) or [] if GUARANTEES in elected else []
    shown["not_published"] = [name for name in ELECTIVE if name not in elected]
    return shown
