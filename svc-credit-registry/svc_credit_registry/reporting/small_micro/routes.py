"""Sizes and the directory of small and micro enterprises, for everybody."""

from typing import Annotated, Literal

from fastapi import Depends, Path, Query
from fastapi.responses import StreamingResponse

from shared.auth import Public
from shared.codes import regions
from shared.http import Page, Paging, Router, cached
from shared.runtime import RuntimeDep
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.routes import MOVED, Followed
from svc_credit_registry.record.exports.routes import exported, responses
from svc_credit_registry.record.exports.rules import Form
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.reporting.size_standards.rules import SIZE_LABELS, STANDARDS, Size
from svc_credit_registry.reporting.small_micro import queries, service
from svc_credit_registry.reporting.small_micro.models import EnterpriseSize
from svc_credit_registry.reporting.small_micro.schemas import EnterpriseSizeOut, SmallEnterprise

router = Router(prefix="/v1", tags=["small-micro"], dependencies=[Public])

Code = Annotated[str, Path(max_length=40, description="Unified social credit code, GB 32100-2015")]


class Wanted:
    """The filters of the directory."""

    def __init__(
        self,
        region: Annotated[str, Query(pattern=r"^[0-9]{6}$", description="With all regions below it")] = regions.NATION,
        industry_code: Annotated[str | None, Query(max_length=5, description="Section, division, group, class")] = None,
        size: Annotated[Literal["small", "micro"] | None, Query()] = None,
    ) -> None:
        self.region, self.industry, self.size = region, industry_code, Size(size) if size else None


WantedDep = Annotated[Wanted, Depends()]


@router.get(
    "/small-micro-enterprises", operation_id="list_small_micro_enterprises", summary="小微企业名录 The directory"
)
async def list_directory(reply: ReplyDep, wanted: WantedDep, paging: Paging) -> Page[SmallEnterprise]:
    """Small and micro enterprises in business whose annual report told their size, by code."""
    statement = queries.directory(wanted.region, wanted.industry, wanted.size)
    result = await reply.page_of(statement, [EnterpriseSize.code.asc()], paging)
    reply.response.headers.update(cached("register", "enterprises"))
    return result.page([service.listed(enterprise, size) for enterprise, size in result.rows])


@router.get(
    "/small-micro-enterprises/export",
    operation_id="export_small_micro_enterprises",
    summary="导出名录 The directory as NDJSON or CSV",
    response_class=StreamingResponse,
    responses=responses("enterprise"),
)
async def export_directory(
    runtime: RuntimeDep, wanted: WantedDep, format: Annotated[Form, Query()] = "ndjson"
) -> StreamingResponse:
    """Everything the list would give with these filters, by code, streamed without a limit."""
    found = service.export(runtime.sessions, wanted.region, wanted.industry, wanted.size)
    rows = ([row.model_dump(mode="json") for row in batch] async for batch in found)
    return exported(rows, list(SmallEnterprise.model_fields), format, "small-micro-enterprises")


@router.get(
    "/enterprises/{code}/size",
    operation_id="get_enterprise_size",
    summary="企业划型 Its size",
    dependencies=[Followed],
    responses=MOVED,
)
async def show_size(reply: ReplyDep, code: Code) -> EnterpriseSizeOut:
    """The size by the statistical standard and the report that told it; the figures behind it are not shown."""
    enterprise = await enterprises.find(reply.session, code)
    known = await queries.size_of(reply.session, enterprise.code)
    reply.response.headers.update(cached("register", f"enterprise:{enterprise.code}", by_language=True))
    standard = next((s for s in STANDARDS if known and s.version == known.standard), STANDARDS[-1])
    return EnterpriseSizeOut(
        code=enterprise.code,
        size=known.size if known else None,
        size_label=SIZE_LABELS[Size(known.size)][reply.english] if known and known.size else None,
        undetermined=known.undetermined if known else "no_report",
        year=known.year if known else None,
        standard=known.standard if known else None,
        basis=standard.measure,
        determined_on=known.determined_on if known else None,
    )
