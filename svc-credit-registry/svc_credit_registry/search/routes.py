"""Lists of enterprises: searched, filtered, exported."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated, Literal

import orjson
from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from shared.address import public_path
from shared.auth import Public
from shared.db import SessionDep
from shared.http import Page, Paging, Router, cached
from shared.runtime import RuntimeDep
from svc_credit_registry.enterprises.models import Enterprise
from svc_credit_registry.enterprises.rules import Status
from svc_credit_registry.enterprises.schemas import EnterpriseSummary
from svc_credit_registry.search import rules, service
from svc_credit_registry.search.rules import Wanted

router = Router(tags=["search"], dependencies=[Public])

MEDIA_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
COLUMNS = tuple(EnterpriseSummary.model_fields)
CHUNK = 500


def wanted(
    q: Annotated[
        str | None, Query(max_length=100, description="Any part of a name from two characters, or a credit code")
    ] = None,
    region: Annotated[str | None, Query(pattern=r"^\d{6}$", description="With all regions below it")] = None,
    industry: Annotated[str | None, Query(max_length=5, description="Section, division, group or class")] = None,
    status: Annotated[Status | None, Query()] = None,
    established_year: Annotated[int | None, Query(ge=1900, le=2200)] = None,
) -> Wanted:
    """What the parameters of a list ask for."""
    return rules.read_query(q, service.filters_of(region, industry, status, established_year))


WantedDep = Annotated[Wanted, Depends(wanted)]


@router.get("/v1/enterprises", operation_id="list_enterprises", summary="Search and list enterprises")
async def list_enterprises(
    session: SessionDep, request: Request, response: Response, asked: WantedDep, paging: Paging
) -> Page[EnterpriseSummary]:
    """Exact names first, then names that begin with `q`, then names that hold it; those in business first."""
    result = await service.find(session, asked, paging)
    response.headers.update(cached("register", "enterprises"))
    if result.next_cursor:
        url = request.url.include_query_params(cursor=result.next_cursor)
        response.headers["Link"] = f'<{public_path(request, url.path)}?{url.query}>; rel="next"'
    return result.page([EnterpriseSummary.model_validate(row) for row in result.rows])


@router.get(
    "/v1/enterprises/export",
    operation_id="export_enterprises",
    summary="The list as NDJSON or CSV",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}, "text/csv": {}}, "description": "One enterprise a line"}},
)
async def export_enterprises(
    runtime: RuntimeDep, asked: WantedDep, format: Annotated[Literal["ndjson", "csv"], Query()] = "ndjson"
) -> StreamingResponse:
    """Everything the list would give with these filters, by code, streamed without a limit."""
    write = _csv_lines if format == "csv" else _json_lines
    headers = {"Content-Disposition": f'attachment; filename="enterprises.{format}"'}
    body = write(service.export(runtime.sessions, asked))
    return StreamingResponse(body, media_type=MEDIA_TYPES[format], headers=headers)


async def _json_lines(enterprises: AsyncIterator[Enterprise]) -> AsyncIterator[bytes]:
    lines: list[bytes] = []
    async for enterprise in enterprises:
        lines.append(orjson.dumps({name: getattr(enterprise, name) for name in COLUMNS}))
        if len(lines) == CHUNK:
            yield b"\n".join(lines) + b"\n"
            lines.clear()
    if lines:
        yield b"\n".join(lines) + b"\n"


async def _csv_lines(enterprises: AsyncIterator[Enterprise]) -> AsyncIterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    written = 0
    async for enterprise in enterprises:
        writer.writerow([_cell(getattr(enterprise, name)) for name in COLUMNS])
        written += 1
        if written % CHUNK == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _cell(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
