"""Telling the size of enterprises from their annual reports, and the directory of small and micro ones."""

from collections.abc import AsyncIterator, Sequence
from datetime import date

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Sessions
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.feed import service as feed
from svc_credit_registry.reporting.filings.models import AnnualReport, ReportRevision
from svc_credit_registry.reporting.filings.schemas import ReportForm
from svc_credit_registry.reporting.size_standards.rules import Facts, Size, Verdict, classify
from svc_credit_registry.reporting.small_micro import queries
from svc_credit_registry.reporting.small_micro.models import EnterpriseSize
from svc_credit_registry.reporting.small_micro.schemas import SmallEnterprise

PART = "size"
"""The part of an enterprise's public record that changes with it."""
CHUNK = 1000


def facts_of(industry_code: str, form: ReportForm) -> Facts:
    """The figures by which the standard classifies; where there is main revenue, that counts, as the standard says."""
    figures = form.figures
    revenue = figures.main_revenue_yuan if figures.main_revenue_yuan is not None else figures.revenue_yuan
    return Facts(industry_code, figures.employees, revenue, figures.assets_yuan)


async def tell(
    session: AsyncSession, report: AnnualReport, revision: ReportRevision, enterprise: Enterprise, today: date
) -> None:
    """Tells the size that follows from a report published since the last time."""
    # The report's own version and time stay as they are: nobody has edited it.
    seen = {"classified_revision": report.revision, "updated_at": AnnualReport.updated_at}
    await session.execute(
        update(AnnualReport).where(AnnualReport.id == report.id).values(seen)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    known = await queries.size_of(session, report.code)
    if known is not None and known.year > report.year:
        return
    form = ReportForm.model_validate_json(revision.content)
    verdict = classify(facts_of(enterprise.industry_code, form), today)
    before = (known.size, known.undetermined) if known else None
    await session.execute(_row(report, enterprise, verdict, today))
    if before != (verdict.size, verdict.undetermined):
        await feed.changed(session, report.code, PART, day=today)


def _row(report: AnnualReport, enterprise: Enterprise, verdict: Verdict, today: date) -> Insert:
    values = {
        "region": enterprise.region,
        "industry_code": enterprise.industry_code,
        "size": verdict.size,
        "undetermined": verdict.undetermined,
        "year": report.year,
        "standard": verdict.standard.version,
        "determined_on": today,
    }
    statement = insert(EnterpriseSize).values(code=report.code, **values)
    return statement.on_conflict_do_update(index_elements=["code"], set_=values)


def listed(enterprise: Enterprise, size: EnterpriseSize) -> SmallEnterprise:
    """An enterprise of the directory."""
    return SmallEnterprise(
        code=enterprise.code,
        name=enterprise.name,
        region=enterprise.region,
        industry_code=size.industry_code,
        organisation_form=enterprise.organisation_form,
        established_on=enterprise.established_on,
        size=size.size or "",
        year=size.year,
    )


async def export(
    sessions: Sessions, region: str, industry: str | None, size: Size | None
) -> AsyncIterator[Sequence[SmallEnterprise]]:
    """The whole directory with these filters by code, a stretch at a time: no transaction is open while it is sent."""
    last = ""
    while True:
        statement = queries.directory(region, industry, size).where(EnterpriseSize.code > last)
        async with sessions() as session:
            rows = (await session.execute(statement.order_by(EnterpriseSize.code).limit(CHUNK))).all()
        yield [listed(enterprise, told) for enterprise, told in rows]
        if len(rows) < CHUNK:
            return
        last = rows[-1][0].code
