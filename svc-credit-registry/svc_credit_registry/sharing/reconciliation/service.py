"""Counts by day that always add up, and reports on the quality of each producer's data."""

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.sharing.batches.schemas import CountsOut
from svc_credit_registry.sharing.reconciliation import queries, rules
from svc_credit_registry.sharing.reconciliation.schemas import (
    CauseOut,
    CountFilters,
    DaysOut,
    QualityOut,
    QualityReportOut,
    ReconciledDayOut,
)
from svc_credit_registry.sharing.submissions.rules import counted

Outcomes = dict[str, int]


async def days(session: AsyncSession, producer: str | None, asked: CountFilters, today: date) -> DaysOut:
    """Received, accepted, waiting, overtaken, refused: by day of receipt, producer and kind."""
    since, until = rules.period(asked.since, asked.until, today)
    found: dict[tuple[Any, ...], Outcomes] = defaultdict(dict)
    for day, whose, kind, outcome, count in await queries.by_day(session, producer, asked.kind, (since, until)):
        found[day, whose, kind][outcome] = count
    items = [
        ReconciledDayOut(day=day, producer=whose, kind=kind, outcomes=outcomes, **counted(outcomes).__dict__)
        for (day, whose, kind), outcomes in found.items()
    ]
    return DaysOut(since=since, until=until, items=items, total=_total(list(found.values())))


def _total(parts: list[Outcomes]) -> CountsOut:
    together: Outcomes = defaultdict(int)
    for part in parts:
        for outcome, count in part.items():
            together[outcome] += count
    return CountsOut(**counted(together).__dict__)


async def quality(session: AsyncSession, producer: str | None, asked: CountFilters, today: date) -> QualityReportOut:
    """Completeness, timeliness, refusals by cause, matches and corrections: by producer and kind."""
    period = rules.period(asked.since, asked.until, today)
    outcomes: dict[tuple[str, str], Outcomes] = defaultdict(lambda: defaultdict(int))
    for _, whose, kind, outcome, count in await queries.by_day(session, producer, asked.kind, period):
        outcomes[whose, kind][outcome] += count
    rows = await queries.quality(session, producer, asked.kind, period)
    items = [await _item(session, row, outcomes[row[0], row[1]], period) for row in rows]
    return QualityReportOut(since=period[0], until=period[1], items=items)


async def _item(session: AsyncSession, row: Any, outcomes: Outcomes, period: tuple[date, date]) -> QualityOut:
    producer, kind, fields, filled, with_term, in_time, by_name = row
    counts = counted(outcomes)
    asked, overdue = await queries.corrections(session, producer, kind, period)
    causes = await queries.causes(session, producer, kind, period)
    shares = [
        rules.share(filled, fields),
        rules.share(in_time, with_term),
        rules.share(counts.received - counts.refused, counts.received),
        rules.share(counts.received - counts.waiting, counts.received),
    ]
    return QualityOut(
        **counts.__dict__, producer=producer, kind=kind, completeness=shares[0], with_term=with_term, in_time=in_time,
        timeliness=shares[1], matched_by_name=by_name, unmatched=counts.waiting,
        causes=[CauseOut(code=code, pointer=pointer, rows=count) for code, pointer, count in causes],
        corrections_asked=asked, corrections_overdue=overdue, score=rules.score(shares),
    )  # fmt: skip
