"""Reading who has not filed, and how many have."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.enterprises.rules import Status
from svc_credit_registry.reporting.filings.models import AnnualReport
from svc_credit_registry.reporting.published_reports.models import ReportCount


def outstanding(year: int, region: str) -> Select[Any]:
    """Enterprises in business in a region, registered in `year` or before, without a published report for it."""
    filed = exists().where(
        AnnualReport.code == Enterprise.code, AnnualReport.year == year, AnnualReport.revision > 0
    )  # fmt: skip
    return select(Enterprise).where(_due(year), cases.within(Enterprise.region, region), ~filed)


def _due(year: int) -> Any:
    own_measure = Enterprise.code.startswith("92")
    return (Enterprise.status == Status.ACTIVE) & (Enterprise.established_on <= date(year, 12, 31)) & ~own_measure


async def due_counts(session: AsyncSession, year: int, prefix: str, digits: int) -> dict[str, int]:
    """How many enterprises whose region begins with `prefix` have to report, by the first `digits` of it."""
    part = func.left(Enterprise.region, digits)
    rows = await session.execute(
        select(part, func.count())
        .where(_due(year), Enterprise.region.startswith(prefix, autoescape=True))
        .group_by(part)
    )
    return {str(key): int(count) for key, count in rows}


async def filed_counts(
    session: AsyncSession, year: int, prefix: str, digits: int
) -> dict[tuple[str, bool], int]:  # fmt: skip
    """How many of those due have filed, by the first `digits` of their region and whether it was late.

    All reports of the year, counted from their index alone, without those of the few who have left business since:
    joining every report with its enterprise would take ten times as long.
    """
    part = func.left(AnnualReport.region, digits)
    filed = (
        AnnualReport.year == year,
        AnnualReport.revision > 0,
        AnnualReport.region.startswith(prefix, autoescape=True),
    )
    counted = select(part, AnnualReport.late, func.count()).where(*filed).group_by(part, AnnualReport.late)
    gone = counted.join(Enterprise, Enterprise.code == AnnualReport.code).where(Enterprise.status != Status.ACTIVE)
    found = {(str(key), bool(late)): int(count) for key, late, count in await session.execute(counted)}
    for key, late, count in await session.execute(gone):
        found[str(key), bool(late)] -= int(count)
    return found


async def counts(session: AsyncSession, year: int) -> Sequence[ReportCount]:
    """The provinces' figures for a year as they were last counted, by region."""
    statement = select(ReportCount).where(ReportCount.year == year).order_by(ReportCount.region)
    return (await session.scalars(statement)).all()
