"""What a report on the quality of data adds up. Pure; the weights are a rule of this platform."""

from datetime import date, timedelta

from svc_credit_registry.sharing.reconciliation.errors import ReportPeriodInvalid

DAYS = 30
MOST_DAYS = 400
MOST_CAUSES = 20
MOST_LINES = 20_000
"""Lines of a report at most: one for each day, producer, kind and outcome, or for each producer and kind."""


def period(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """The days of a report: by default the 30 up to `until`, or to today; days to come are left out.

    422 `report_period_invalid` for a first day after the last, and for more than 400 days.
    """
    last = min(until or today, today)
    first = since or last - timedelta(days=DAYS - 1)
    if first > last or (last - first).days >= MOST_DAYS:
        raise ReportPeriodInvalid(f"{first} – {last}", most_days=MOST_DAYS)
    return first, last


def share(part: float, whole: float) -> float | None:
    """A part of a whole, with four places; None of nothing."""
    return round(part / whole, 4) if whole else None


def score(shares: list[float | None]) -> float | None:
    """The mean of the shares that are known, of 100."""
    known = [value for value in shares if value is not None]
    return round(100 * sum(known) / len(known), 1) if known else None
