"""Published annual reports and figures for everybody; who has not filed, for officers."""

from typing import Annotated, Any

from fastapi import Path, Query
from sqlalchemy import ColumnElement

from shared.auth import Public
from shared.codes import regions
from shared.errors import NotFound
from shared.http import IDEMPOTENCY_NONE, Page, Paging, Router, cached
from svc_credit_registry.access import FilingOfficer
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.enterprises.routes import MOVED, Followed
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.reporting.filings import queries as filings
from svc_credit_registry.reporting.filings import rules
from svc_credit_registry.reporting.filings.models import AnnualReport
from svc_credit_registry.reporting.published_reports import queries, service
from svc_credit_registry.reporting.published_reports.schemas import (
    FiguresOut,
    FullReportOut,
    FullViewIn,
    OutstandingOut,
    PublicReportOut,
)

router = Router(prefix="/v1", tags=["filings"])

Code = Annotated[str, Path(max_length=40, description="Unified social credit code, GB 32100-2015")]
Year = Annotated[int, Query(ge=rules.FIRST_YEAR, le=2198, description="The year reported on", examples=[2025])]
Region = Annotated[str, Query(pattern=r"^[0-9]{6}$", description="With all regions below it")]


@router.get(
    "/annual-reports/outstanding",
    operation_id="list_outstanding_annual_reports",
    summary="未报企业 Who still has to file",
)
async def list_outstanding(
    reply: ReplyDep,
    caller: FilingOfficer,
    paging: Paging,
    year: Year,
    region: Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="Within one's own region")] = None,
) -> Page[OutstandingOut]:
    """Enterprises in business of the officer's region, or of one below it, without a report for the year, by
    region and code.

    409 `window_not_open` for a year on which nobody can report yet.
    """
    rules.opened(year, reply.today)
    wanted = region or caller.region
    if wanted is None or not caller.covers(wanted):
        raise NotFound("不在本单位辖区内 / not within your region")
    keys: list[ColumnElement[Any]] = [Enterprise.region.asc(), Enterprise.code.asc()]
    result = await reply.page_of(queries.outstanding(year, wanted), keys, paging)
    return result.page([OutstandingOut.model_validate(row) for row in result.rows])


@router.get(
    "/annual-reports/figures",
    operation_id="get_annual_report_figures",
    summary="年报情况 Reports filed by region",
    dependencies=[Public],
)
async def figures(reply: ReplyDep, year: Year, region: Region = regions.NATION) -> FiguresOut:
    """How many had to report for a year, and how many did, in time or late: in a region and in each one below it.

    409 `window_not_open` for a year on which nobody can report yet.
    """
    rules.opened(year, reply.today)
    if not regions.is_known(region):
        raise NotFound("没有此行政区划 / there is no such region")
    reply.response.headers.update(cached("register", "enterprises"))
    return await service.figures_of(reply.session, year, region, reply.today)


@router.get(
    "/enterprises/{code}/annual-reports",
    operation_id="list_enterprise_annual_reports",
    summary="年度报告公示 Published reports of an enterprise",
    dependencies=[Public, Followed],
    responses=MOVED,
)
async def list_published(reply: ReplyDep, paging: Paging, code: Code) -> Page[PublicReportOut]:
    """Each report with its corrections, the latest year first; figures only as far as the enterprise publishes them."""
    enterprise = await enterprises.find(reply.session, code)
    statement = filings.published_of(enterprise.code)
    keys: list[ColumnElement[Any]] = [AnnualReport.year.desc(), AnnualReport.id.desc()]
    result = await reply.page_of(statement, keys, paging)
    reply.response.headers.update(cached("register", f"enterprise:{enterprise.code}"))
    return result.page([await service.public_report(reply.session, row) for row in result.rows])


@router.post(
    "/enterprises/{code}/annual-reports/{year}/full-view",
    operation_id="view_full_annual_report",
    summary="查看未公示数据 View unpublished figures",
    openapi_extra=IDEMPOTENCY_NONE,
)
async def full_view(
    reply: ReplyDep,
    caller: FilingOfficer,
    code: Code,
    year: Annotated[int, Path(ge=rules.FIRST_YEAR, le=2198)],
    body: FullViewIn,
) -> FullReportOut:
    """The report as it was filed, for an officer of the region or above, for a reason that is kept."""
    reply.response.headers["Cache-Control"] = "no-store"
    return await service.full_view(reply.session, caller, code, year, body.reason)
