"""Published reports with their corrections, and the figures of filing by region."""

from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.codes import regions
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.reporting.filing_checks.rules import changes_between
from svc_credit_registry.reporting.filing_checks.schemas import FigureChangeOut
from svc_credit_registry.reporting.filings import queries as filings
from svc_credit_registry.reporting.filings.errors import ReportUnknown
from svc_credit_registry.reporting.filings.models import AnnualReport
from svc_credit_registry.reporting.filings.rules import public_part, window_of
from svc_credit_registry.reporting.filings.schemas import ReportForm
from svc_credit_registry.reporting.published_reports import queries
from svc_credit_registry.reporting.published_reports.models import ReportCount
from svc_credit_registry.reporting.published_reports.rules import DEFINITION
from svc_credit_registry.reporting.published_reports.schemas import (
    FiguresOut,
    FullReportOut,
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
                changes=[FigureChangeOut.model_validate(change) for change in changes],
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


async def full_view(session: AsyncSession, caller: Caller, code: str, year: int, reason: str) -> FullReportOut:
    """A report with its unpublished figures, for the authority it was filed with; reasoned and audited."""
    enterprise = await enterprises.find(session, code)
    report = await filings.of_year(session, enterprise.code, year)
    published = await filings.latest(session, report) if report else None
    if report is None or published is None or report.filed_on is None or not caller.covers(enterprise.region):
        raise ReportUnknown
    await audit.record(
        session, caller, action="annual_report.viewed", object_type="annual_report", object_id=report.id,
        after={"code": report.code, "year": year, "revision": report.revision}, reason=reason,
    )  # fmt: skip
    return FullReportOut(
        code=report.code,
        year=year,
        filed_on=report.filed_on,
        late=report.late,
        revision=report.revision,
        form=ReportForm.model_validate_json(published.content),
        confirmed_warnings=published.confirmed,
    )


async def figures_of(session: AsyncSession, year: int, region: str, today: date) -> FiguresOut:
    """The figures of a region and of the regions directly below it.

    A province and what lies below is counted at once; the nation is the sum of its provinces as they were counted last,
    if all of them were. What lies under an old code counts above alone.
    """
    counted = await queries.counts(session, year) if region == regions.NATION else []
    if len(counted) == len(parts_of_nation()):
        rows = [_region_figures(c.region, c.due, c.filed_in_time, c.filed_late) for c in counted]
        return _figures_out(year, min(c.counted_on for c in counted), region, rows)
    digits = min(len(regions.prefix(region)) + 2, 6)
    due = await queries.due_counts(session, year, regions.prefix(region), digits)
    filed = await queries.filed_counts(session, year, regions.prefix(region), digits)
    rows = [
        _region_figures(part.ljust(6, "0"), due[part], filed.get((part, False), 0), filed.get((part, True), 0))
        for part in sorted(due)
    ]
    return _figures_out(year, today, region, rows)


def parts_of_nation() -> list[str]:
    """The codes of the provinces, and that of the nation for what is registered there itself."""
    return [*(province.code for province in regions.children(regions.NATION)), regions.NATION]


def _figures_out(year: int, as_of: date, region: str, rows: list[RegionFigures]) -> FiguresOut:
    total = _region_figures(
        region, sum(r.due for r in rows), sum(r.filed_in_time for r in rows), sum(r.filed_late for r in rows)
    )
    below = [row for row in rows if row.region != region]
    return FiguresOut(
        year=year, as_of=as_of, definition=DEFINITION[0], definition_en=DEFINITION[1], total=total, regions=below
    )


async def count_next(session: AsyncSession, today: date) -> int:
    """Counts one province that was not counted today, for the year that is being reported on; 0 when none is left."""
    year = today.year - 1
    done = {c.region for c in await queries.counts(session, year) if c.counted_on == today}
    waiting = [code for code in parts_of_nation() if code not in done]
    if not waiting:
        return 0
    part = waiting[0][:2]
    due = await queries.due_counts(session, year, part, 2)
    filed = await queries.filed_counts(session, year, part, 2)
    row = ReportCount(
        year=year,
        region=waiting[0],
        due=due.get(part, 0),
        filed_in_time=filed.get((part, False), 0),
        filed_late=filed.get((part, True), 0),
        counted_on=today,
    )
    await session.merge(row)
    return 1


def _region_figures(region: str, due: int, in_time: int, late: int) -> RegionFigures:
    rate = (Decimal(in_time + late) * 100 / due).quantize(Decimal("0.01")) if due else None
    name = regions.full_name(region) if regions.is_known(region) else None
    return RegionFigures(
        region=region, region_name=name, due=due, filed_in_time=in_time, filed_late=late,
        outstanding=due - in_time - late, rate_percent=rate,
    )  # fmt: skip
