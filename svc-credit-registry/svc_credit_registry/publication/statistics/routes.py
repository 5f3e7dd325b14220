"""Published figures over HTTP, for everybody: as data, as files, as pictures, and computed again."""

import csv
import io
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Response

from shared.auth import Public
from shared.clock import NowDep
from shared.codes import regions
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, Router, cached
from svc_credit_registry.publication.statistics import service
from svc_credit_registry.publication.statistics.schemas import CatalogueOut, PublishedOut, RerunOut
from svc_credit_registry.publication.statistics.service import Asked
from svc_credit_registry.replies import ReplyDep

router = Router(prefix="/v1/statistics", tags=["statistics"], dependencies=[Public])

Name = Annotated[str, Path(pattern=r"^[a-z_]{3,40}$", examples=["enterprises_by_region"])]
Day = Annotated[date | None, Query(description="The day it was published for; the latest one without")]
CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "CSV, UTF-8"}
}
SVG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}, "description": "A picture"}
}
CACHE = cached("register", by_language=True, brief=True)  # no event tells that a figure was published
SVG_POLICY = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}


def asked_of(
    figure: Name,
    as_of: Day = None,
    region: Annotated[str, Query(pattern=r"^[0-9]{6}$", description="With the regions below it")] = regions.NATION,
    industry: Annotated[str | None, Query(pattern=r"^[A-T]$", description="A section of GB/T 4754")] = None,
) -> Asked:
    """Which figure, of which day, for whom."""
    return Asked(figure, as_of, region, industry)


AskedDep = Annotated[Asked, Depends(asked_of)]


@router.get("", operation_id="list_statistics", summary="统计目录 Published figures and their definitions")
async def list_statistics(reply: ReplyDep) -> CatalogueOut:
    """Every figure: what it counts and leaves out, its query with the SQL that is run, its latest day."""
    reply.response.headers.update(CACHE)
    return await service.catalogue(reply.session, english=reply.english)


@router.get("/{figure}", operation_id="get_statistic", summary="统计 A published figure")
async def get_statistic(reply: ReplyDep, asked: AskedDep) -> PublishedOut:
    """The rows of a figure for a region, with definition, query id and digest. What was published for a day never
    changes. 404 for an unknown figure, a day without it, or a region or section it isn't told for.
    """
    reply.response.headers.update(CACHE)
    return service.published_out(await service.shown(reply.session, asked), english=reply.english)


@router.get(
    "/{figure}/chart.svg", operation_id="get_statistic_chart", summary="统计图 The picture of a figure",
    response_class=Response, responses=SVG,
)  # fmt: skip
async def get_chart(reply: ReplyDep, asked: AskedDep) -> Response:
    """A bar chart as SVG with title and text, without script or style."""
    picture = service.picture(await service.shown(reply.session, asked), english=reply.english, alone=True)
    return Response(picture, media_type="image/svg+xml", headers=CACHE | SVG_POLICY)


@router.get(
    "/{figure}/rows.csv", operation_id="get_statistic_rows", summary="统计表 The rows of a figure as CSV",
    response_class=Response, responses=CSV,
)  # fmt: skip
async def get_rows(reply: ReplyDep, asked: AskedDep) -> Response:
    """Key, label, and a column for each series."""
    found, english = await service.shown(reply.session, asked), reply.english
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["key", "label", *found.figure.series])
    for row in found.rows:
        label = service.label_of(found.figure, row.key, english) or ""
        writer.writerow([row.key, label, *(row.values[key] for key in found.figure.series)])
    return Response(out.getvalue(), media_type="text/csv", headers=CACHE)


@router.get(
    "/{figure}/cells.csv", operation_id="get_statistic_cells", summary="统计全表 The whole figure as CSV",
    response_class=Response, responses=CSV,
)  # fmt: skip
async def get_cells(session: SessionDep, figure: Name, as_of: Day = None) -> Response:
    """Region, category, period, series and value of every cell: `sha256sum` of this file is the figure's digest."""
    row = await service.published(session, figure, as_of)
    return Response(service.whole_table(row), media_type="text/csv", headers=cached("register", brief=True))


@router.post(
    "/{figure}/re-runs", operation_id="rerun_statistic", summary="重新计算 Compute a published figure again",
    openapi_extra=IDEMPOTENCY_NONE,
)  # fmt: skip
async def rerun_statistic(session: SessionDep, now: NowDep, figure: Name, as_of: Day = None) -> RerunOut:
    """Runs the query again for the same cutoff and says whether every cell is the same, and how many are not.

    Within an hour the last result is given. 404 for what was not published, 409 while another figure is computed.
    """
    return await service.rerun(session, figure, as_of, now)
