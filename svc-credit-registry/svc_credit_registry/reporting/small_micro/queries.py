"""Reading sizes, and the reports by which none was told yet."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.enterprises.rules import Status
from svc_credit_registry.reporting.filings.models import AnnualReport, ReportRevision
from svc_credit_registry.reporting.size_standards.rules import Size
from svc_credit_registry.reporting.small_micro.models import EnterpriseSize

LISTED = (Size.SMALL, Size.MICRO)


async def unclassified(
    session: AsyncSession, limit: int, aside: Sequence[uuid.UUID] = ()
) -> Sequence[tuple[AnnualReport, ReportRevision, Enterprise]]:
    """Published reports by which no size was told yet, with what they say, but for those set aside.

    Locked; those at work are passed over.
    """
    statement = (
        select(AnnualReport, ReportRevision, Enterprise)
        .join(
            ReportRevision,
            (ReportRevision.report_id == AnnualReport.id) & (ReportRevision.revision == AnnualReport.revision),
        )
        .join(Enterprise, Enterprise.code == AnnualReport.code)
        .where(AnnualReport.revision > AnnualReport.classified_revision, AnnualReport.id.not_in(aside))
        .order_by(AnnualReport.id)
        .limit(limit)
        .with_for_update(of=AnnualReport, skip_locked=True)
    )
    return [(r, v, e) for r, v, e in (await session.execute(statement)).all()]


async def size_of(session: AsyncSession, code: str) -> EnterpriseSize | None:
    """The size of an enterprise, as its latest report tells it."""
    return await session.get(EnterpriseSize, code, populate_existing=True)


def directory(region: str, industry: str | None, size: Size | None) -> Select[Any, Any]:
    """Small and micro enterprises in business: (enterprise, size)."""
    statement = (
        select(Enterprise, EnterpriseSize)
        .join(EnterpriseSize, EnterpriseSize.code == Enterprise.code)
        .where(Enterprise.status == Status.ACTIVE, EnterpriseSize.size.in_(LISTED))
        .where(cases.within(EnterpriseSize.region, region))
    )
    if industry is not None:
        statement = statement.where(EnterpriseSize.industry_code.startswith(industry, autoescape=True))
    return statement if size is None else statement.where(EnterpriseSize.size == size)
