"""The automatic listing of those who did not report: which years are due, and how a batch decision is named. Pure."""

from datetime import date, timedelta

from shared.codes import regions
from svc_credit_registry.listing.grounds.rules import ANNUAL_REPORT, SAMR_68, Ground
from svc_credit_registry.listing.lists.rules import report_period_end

TERMS = SAMR_68
"""The measure by which enterprises are listed (Order 68, article 6)."""

ON_THEIR_WAY = timedelta(minutes=10)
"""How long after midnight the listing waits: reports sent in the last moment of 30 June are in time, and some are not
on the record yet when the day is over."""


def opens_on(year: int) -> date:
    """The day on which those are listed who did not report for `year`: 1 July of the next one."""
    return report_period_end(year) + timedelta(days=1)


def decide_by(year: int) -> date:
    """The last day of the decision: 10 working days after 30 June."""
    return TERMS.decision.due_on(report_period_end(year))


def due_years(first_year: int, today: date) -> list[int]:
    """The report years whose listing has come, the oldest first; none before the one with which the register began."""
    return [year for year in range(first_year, today.year) if today >= opens_on(year)]


def needs_pass(passed_on: date | None, year: int, today: date) -> bool:
    """Whether the register is to be gone through: once, and daily until the decisions are due.

    The later passes find what was loaded meanwhile; after the term one pass must have been made, however late.
    """
    return passed_on is None or (passed_on < today <= decide_by(year))


def ground() -> Ground:
    """The ground of all these entries."""
    found = TERMS.ground(ANNUAL_REPORT)
    assert found is not None, ANNUAL_REPORT
    return found


def document_number(region: str, year: int) -> str:
    """The number of a region's batch decision for a report year; it names each enterprise as an item of its own."""
    name = regions.name(region) if regions.is_known(region) else ""
    return f"{name}市监异列〔{year + 1}〕年报{region}号"


def facts(year: int) -> str:
    """What all of them have in common."""
    return f"截至{report_period_end(year):%Y-%m-%d}未按照规定的期限公示{year}年度报告"
