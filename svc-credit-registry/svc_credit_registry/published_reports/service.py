"""Published reports with their corrections, and the figures of filing by region."""

from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from shared.codes import regions
from svc_credit_registry.filing_checks.rules import changes_between
from svc_credit_registry.filing_checks.schemas import ChangeOut
from svc_credit_registry.filings import queries as filings
from svc_credit_registry.filings.models import AnnualReport
from svc_credit_registry.filings.rules import public_part, window_of
from svc_credit_registry.filings.schemas import ReportForm
from svc_credit_registry.published_reports import queries
from svc_credit_registry.published_reports.rules import DEFINITION
from svc_credit_registry.published_reports.schemas import (
    FiguresOut,
    PublicReportOut,
    RegionFigures,
    RevisionOut,
)


async def public_report(session: AsyncSession, report: AnnualReport) -> PublicReportOut:
    """A report with the public part of each of its versions, the latest first."""
    shown: list[RevisionOut] = []
    before: dict[str, object] = {}
    for row in await filings.revisions(session, report.id):
        part = public_part(ReportForm.model_validate_json(row.content).model_dump(mode="json"))
        changes = changes_between(before, part) if row.revision > 1 else []
        shown.append(
            RevisionOut(
                revision=row.revision,
                published_on=row.published_on,
                reason=row.reason,
                changes=[ChangeOut.model_validate(change) for change in changes],
                sections=part,
            )
        )
        before = part
    window = window_of(report.year)
    assert report.filed_on is not None, "a published report has its day"
    return PublicReportOut(
        code=report.code,
        year=report.year,
        filed_on=report.filed_on,
        late=report.late,
        corrected=report.revision > 1,
        due_on=window.due_on,
        basis=window.terms.duty,
        not_published=shown[-1].sections["not_published"],
        revisions=shown[::-1],
    )


async def figures_of(session: AsyncSession, year: int, region: str, today: date) -> FiguresOut:
    """The figures of a region and of the regions directly below it; what lies under an old code counts above alone."""
    digits = min(len(regions.prefix(region)) + 2, 6)
    due = await queries.due_counts(session, year, region, digits)
    filed = await queries.filed_counts(session, year, region, digits)
    below = sorted(due) if digits > len(regions.prefix(region)) else []
    rows = [
        _region_figures(part.ljust(6, "0"), due[part], filed.get((part, False), 0), filed.get((part, True), 0))
        for part in below
    ]
    in_time = sum(count for (_, late), count in filed.items() if not late)
    total = _region_figures(region, sum(due.values()), in_time, sum(filed.values()) - in_time)
    return FiguresOut(
        year=year, as_of=today, definition=DEFINITION[0], definition_en=DEFINITION[1], total=total, regions=rows
    )


def _region_figures(region: str, due: int, in_time: int, late: int) -> RegionFigures:
    rate = (Decimal(in_time + late) * 100 / due).quantize(Decimal("0.01")) if due else None
    name = regions.full_name(region) if regions.is_known(region) else None
    return RegionFigures(
        region=region, region_name=name, due=due, filed_in_time=in_time, filed_late=late,
        outstanding=due - in_time - late, rate_percent=rate,
    )  # fmt: skip
