"""HTTP of the catalogue."""

from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import Router, cached
from shared.runtime import RuntimeDep
from svc_disclosure.access import Public
from svc_disclosure.articles import queries
from svc_disclosure.catalogue import rules, service
from svc_disclosure.catalogue.schemas import ExportFilters

router = Router(prefix="/v1", tags=["catalogue"])

MEDIA_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
FEED_SIZE = 50

ColumnFilter = Annotated[str | None, Query(max_length=64, pattern=r"^[a-z0-9-]+$", description="Code of the column")]


@router.get(
    "/articles/export",
    dependencies=[Public],
    response_class=Response,
    summary="The whole catalogue as NDJSON or CSV",
    responses={200: {"content": {"application/x-ndjson": {}, "text/csv": {}}}},
)
async def export_catalogue(runtime: RuntimeDep, filters: Annotated[ExportFilters, Query()]) -> Response:
    """Everything published that matches the filters of the list, the newest first, however much it is."""
    statement = queries.published(**filters.model_dump(exclude={"form"}))
    return StreamingResponse(
        service.stream(runtime.sessions, statement, filters.form),
        media_type=MEDIA_TYPES[filters.form],
        headers={"Content-Disposition": f'attachment; filename="catalogue.{filters.form}"'},
    )


@router.get(
    "/articles.atom",
    dependencies=[Public],
    response_class=Response,
    summary="The newest articles as a feed",
    responses={200: {"content": {"application/atom+xml": {}}}},
)
async def feed(session: SessionDep, runtime: RuntimeDep, now: NowDep, column: ColumnFilter = None) -> Response:
    """The 50 newest articles, of one column or of all (RFC 4287)."""
    rows = await service.newest(session, queries.published(column=column), FEED_SIZE)
    origin = f"{runtime.settings.issuer}/api/disclosure/v1/articles"
    entries = [rules.atom_entry(row, f"{origin}/{row['id']}") for row in rows]
    updated = rows[0]["published_at"] if rows else now
    address = f"{origin}.atom" + (f"?column={column}" if column else "")
    body = rules.atom_feed("政府信息公开", address, updated, entries)
    return Response(body, media_type="application/atom+xml; charset=utf-8", headers=cached("articles"))
