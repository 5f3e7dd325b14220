"""Lists of enterprises: searched, filtered, counted, exported."""

import contextlib
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import Depends, Query, Response
from fastapi.responses import StreamingResponse

from shared.address import public_path
from shared.auth import Public
from shared.http import Paging, Router, cached
from shared.runtime import RuntimeDep
from svc_credit_registry.discovery.indexes.errors import SearchBusy
from svc_credit_registry.discovery.projection.service import ProjectionDep
from svc_credit_registry.discovery.search import rules, service
from svc_credit_registry.discovery.search.rules import Filters, OnList, Wanted
from svc_credit_registry.discovery.search.schemas import EnterpriseHit, EnterpriseHits, FormerNameOut
from svc_credit_registry.discovery.search.service import Hit
from svc_credit_registry.record.enterprises.rules import Status
from svc_credit_registry.record.exports.routes import exported, responses
from svc_credit_registry.record.exports.rules import Form
from svc_credit_registry.replies import ReplyDep

router = Router(tags=["search"], dependencies=[Public])
ROUTE = "/v1/enterprises"

COLUMNS = (
    "code", "name", "region", "industry_code", "organisation_form", "status", "established_on",
    "legal_representative_name",
)  # fmt: skip
CACHE = cached("register", "enterprises", brief=True)
"""The index follows a change within a second, an event may come before it: so what was kept is not kept long."""


def filters(
    region: Annotated[str | None, Query(pattern=r"^\d{6}$", description="With all regions below it")] = None,
    industry: Annotated[str | None, Query(max_length=5, description="Section, division, group or class")] = None,
    status: Annotated[Status | None, Query()] = None,
    established_year: Annotated[int | None, Query(ge=1840, le=2200)] = None,
    organisation_form: Annotated[str | None, Query(max_length=40, description="As 有限公司", min_length=1)] = None,
    on_list: Annotated[OnList | None, Query(description="Listed now")] = None,
) -> Filters:
    """What a list is narrowed to."""
    given = rules.filters_of(region, industry, status, established_year)
    return replace(given, organisation_form=organisation_form, on_list=on_list)


def wanted(
    narrowed: Annotated[Filters, Depends(filters)],
    q: Annotated[
        str | None,
        Query(
            max_length=100,
            description="Any part of a present or former name from two characters, simplified or traditional; pinyin or"
            " its first letters; a credit code or its beginning from eight characters; an old registration number",
        ),
    ] = None,
) -> Wanted:
    """What the parameters of a list ask for."""
    return rules.read_query(q, narrowed)


WantedDep = Annotated[Wanted, Depends(wanted)]


@router.get(ROUTE, operation_id="list_enterprises", summary="Search and list enterprises")
async def list_enterprises(
    reply: ReplyDep, projection: ProjectionDep, asked: WantedDep, paging: Paging
) -> EnterpriseHits:
    """Exact names first, then names that begin with `q`, names that hold it, former names, then what sounds like it;
    within each those in business first. 503 `search_index_building` for a text while the index is being built.
    """
    result = await service.find(projection, reply.session, asked, paging)
    reply.response.headers.update(CACHE)
    if result.next_cursor:
        url = reply.request.url.include_query_params(cursor=result.next_cursor)
        reply.response.headers["Link"] = f'<{public_path(reply.request, url.path)}?{url.query}>; rel="next"'
    offered = []
    if not result.rows and asked.text is not None and paging.cursor is None:
        with contextlib.suppress(SearchBusy):
            offered = await service.did_you_mean(projection, asked.text)
    page = result.page([hit_out(hit) for hit in result.rows])
    return EnterpriseHits(**page.__dict__, did_you_mean=offered)


@router.head(ROUTE, include_in_schema=False)
async def list_enterprises_head(
    reply: ReplyDep, projection: ProjectionDep, asked: WantedDep, paging: Paging
) -> Response:
    """The header of the list alone."""
    response = Response(media_type="application/json")
    await list_enterprises(replace(reply, response=response), projection, asked, paging)
    return response


def hit_out(hit: Hit) -> EnterpriseHit:
    """An enterprise that was found, as it goes out."""
    entry = hit.entry
    former = FormerNameOut(name=hit.former[0], valid_until=date.fromisoformat(hit.former[1])) if hit.former else None
    return EnterpriseHit(
        **{name: getattr(entry, name) for name in COLUMNS},
        match=hit.match,
        former_name=former,
        on_lists=list(entry.lists),
    )


@router.get(
    "/v1/enterprises/export",
    operation_id="export_enterprises",
    summary="The list as NDJSON or CSV",
    response_class=StreamingResponse,
    responses=responses("enterprise"),
)
async def export_enterprises(
    runtime: RuntimeDep,
    projection: ProjectionDep,
    asked: WantedDep,
    format: Annotated[Form, Query()] = "ndjson",
) -> StreamingResponse:
    """Everything the list would give with these filters, in its order and of one moment, streamed without a limit."""
    if asked.text is not None:
        _ = projection.view  # refused before the answer begins
    found = service.export(projection, runtime.sessions, asked)
    rows = ([{name: getattr(hit.entry, name) for name in COLUMNS} for hit in hits] async for hits in found)
    return exported(rows, COLUMNS, format, "enterprises")
