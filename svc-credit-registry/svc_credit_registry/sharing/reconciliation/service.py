"""Counts by day that always add up, and reports on the quality of each producer's data."""

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.sharing.batches.schemas import CountsOut
from svc_credit_registry.sharing.reconciliation import queries, rules
from svc_credit_registry.sharing.reconciliation.errors import ReportTooWide
from svc_credit_registry.sharing.reconciliation.queries import Series, Wanted
from svc_credit_registry.sharing.reconciliation.rules import MOST_LINES
from svc_credit_registry.sharing.reconciliation.schemas import (
    CauseOut,
    CountFilters,
    DaysOut,
    QualityOut,
    QualityReportOut,
    ReconciledDayOut,
)
from svc_credit_registry.sharing.submissions.rules import SubmissionOutcome, counted

Outcomes = dict[str, int]


def _wanted(producer: str | None, asked: CountFilters, today: date) -> Wanted:
    return Wanted(producer, asked.kind, *rules.period(asked.since, asked.until, today))


async def days(session: AsyncSession, producer: str | None, asked: CountFilters, today: date) -> DaysOut:
    """Received, accepted, waiting, overtaken, refused: by day of receipt, producer and kind."""
    wanted = _wanted(producer, asked, today)
    rows = await queries.by_day(session, wanted, MOST_LINES + 1)
    if len(rows) > MOST_LINES:
        raise ReportTooWide(most=MOST_LINES)
    found: dict[tuple[Any, ...], Outcomes] = defaultdict(dict)
    for day, whose, kind, outcome, count in rows:
        found[day, whose, kind][outcome] = count
    items = [
        ReconciledDayOut(day=day, producer=whose, kind=kind, outcomes=outcomes, **counted(outcomes).__dict__)
        for (day, whose, kind), outcomes in found.items()
    ]
    return DaysOut(since=wanted.since, until=wanted.until, items=items, total=_total(list(found.values())))


def _total(parts: list[Outcomes]) -> CountsOut:
    together: Outcomes = defaultdict(int)
    for part in parts:
        for outcome, count in part.items():
            together[outcome] += count
    return CountsOut(**counted(together).__dict__)


async def quality(session: AsyncSession, producer: str | None, asked: CountFilters, today: date) -> QualityReportOut:
    """Completeness, timeliness, refusals by cause, matches and corrections: by producer and kind.

    Who sent nothing in these days is in it for the corrections that it owes.
    """
    wanted = _wanted(producer, asked, today)
    rows = await queries.quality(session, wanted, MOST_LINES + 1)
    if len(rows) > MOST_LINES:
        raise ReportTooWide(most=MOST_LINES)
    outcomes: dict[Series, Outcomes] = defaultdict(dict)
    for whose, kind, outcome, count in await queries.by_outcome(session, wanted):
        outcomes[whose, kind][outcome] = count
    causes, corrections = await queries.causes(session, wanted), await queries.corrections(session, wanted)
    silent = [(*series, 0, 0, 0, 0, 0) for series in corrections.keys() - {(row[0], row[1]) for row in rows}]
    items = []
    for row in sorted([*map(tuple, rows), *silent]):
        series: Series = (row[0], row[1])
        told = [CauseOut(code=code, pointer=at, rows=count) for code, at, count in causes.get(series, ())]
        items.append(_item(row, outcomes[series], told, corrections.get(series, (0, 0))))
    return QualityReportOut(since=wanted.since, until=wanted.until, items=items)


def _item(row: Any, outcomes: Outcomes, causes: list[CauseOut], corrections: tuple[int, int]) -> QualityOut:
    producer, kind, fields, filled, with_term, in_time, by_name = row
    counts = counted(outcomes)
    new = counts.received - outcomes.get(SubmissionOutcome.UNCHANGED, 0)
    shares = [
        rules.share(filled, fields),
        rules.share(in_time, with_term),
        rules.share(new - counts.refused, new),
        rules.share(new - counts.waiting, new),
    ]
    return QualityOut(
        **counts.__dict__, producer=producer, kind=kind, completeness=shares[0], with_term=with_term, in_time=in_time,
        timeliness=shares[1], matched_by_name=by_name, unmatched=counts.waiting, causes=causes,
        corrections_asked=corrections[0], corrections_overdue=corrections[1], score=rules.score(shares),
    )  # fmt: skip
