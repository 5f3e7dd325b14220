"""Reading annual reports, who has not filed, and how many have."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.reporting.filings.models import AnnualReport, ReportRevision


async def find(session: AsyncSession, report_id: uuid.UUID, *, lock: bool = False) -> AnnualReport | None:
    """The report, locked until the transaction ends if asked."""
    return await cases.by_id(session, AnnualReport, report_id, lock=lock)


async def of_year(session: AsyncSession, code: str, year: int, *, lock: bool = False) -> AnnualReport | None:
    """The report of an enterprise for a year."""
    statement = select(AnnualReport).where(AnnualReport.code == code, AnnualReport.year == year)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).one_or_none()


def of_enterprise(code: str) -> Select[Any]:
    """All reports of an enterprise, drafts too."""
    return select(AnnualReport).where(AnnualReport.code == code)


def published_of(code: str) -> Select[Any]:
    """The published reports of an enterprise."""
    return of_enterprise(code).where(AnnualReport.revision > 0)


async def by_year(session: AsyncSession, code: str) -> dict[int, AnnualReport]:
    """The reports of an enterprise by year."""
    return {report.year: report for report in await session.scalars(of_enterprise(code))}


async def revisions(session: AsyncSession, report_id: uuid.UUID) -> Sequence[ReportRevision]:
    """The published versions of a report, the first one first."""
    statement = select(ReportRevision).where(ReportRevision.report_id == report_id)
    return (await session.scalars(statement.order_by(ReportRevision.revision))).all()


async def latest(session: AsyncSession, report: AnnualReport) -> ReportRevision | None:
    """The version of a report that is published now."""
    return (await session.scalars(
        select(ReportRevision).where(
            ReportRevision.report_id == report.id, ReportRevision.revision == report.revision
        )
    )).one_or_none()  # fmt: skip


async def last_published(session: AsyncSession, code: str, before_year: int) -> ReportRevision | None:
    """The published version of the latest report for a year before `before_year`."""
    statement = (
        select(ReportRevision)
        .join(AnnualReport, AnnualReport.id == ReportRevision.report_id)
        .where(AnnualReport.code == code, AnnualReport.year < before_year)
        .where(ReportRevision.revision == AnnualReport.revision)
        .order_by(AnnualReport.year.desc())
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()
