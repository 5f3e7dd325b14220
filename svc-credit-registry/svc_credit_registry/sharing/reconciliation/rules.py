"""What a report on the quality of data adds up. Pure; the weights are a rule of this platform."""

from datetime import date, timedelta

DAYS = 30
MOST_DAYS = 400
MOST_CAUSES = 20


def period(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """The days of a report: by default the last 30; never more than 400."""
    last = min(until or today, today)
    first = since or last - timedelta(days=DAYS - 1)
    return max(first, last - timedelta(days=MOST_DAYS)), last


def share(part: float, whole: float) -> float | None:
    """A part of a whole, with four places; None of nothing."""
    return round(part / whole, 4) if whole else None


def score(shares: list[float | None]) -> float | None:
    """The mean of the shares that are known, of 100."""
    known = [value for value in shares if value is not None]
    return round(100 * sum(known) / len(known), 1) if known else None
