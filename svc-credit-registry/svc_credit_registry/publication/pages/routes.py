"""查询页面: the register for people. Search results, and the whole record of an enterprise, as it is or as of a day.

The gateway shows these pages under `/registry` of its own address.
"""

import contextlib
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Public
from shared.clock import TodayDep
from shared.codes import regions
from shared.db import SessionDep
from shared.errors import DomainError, FieldError, Invalid
from shared.http import Router
from shared.http.pagination import PageQuery
from svc_credit_registry.discovery.facets import service as facets
from svc_credit_registry.discovery.indexes.errors import SearchBusy
from svc_credit_registry.discovery.projection.service import Projection, ProjectionDep
from svc_credit_registry.discovery.search import rules, service
from svc_credit_registry.discovery.search.rules import OnList
from svc_credit_registry.publication.narrowing import rules as narrowing
from svc_credit_registry.publication.pages.render import is_english, page
from svc_credit_registry.publication.pages.texts import EN, ZH
from svc_credit_registry.publication.statistics import service as statistics
from svc_credit_registry.publication.statistics.errors import FigureNotPublished, RegionNotCounted
from svc_credit_registry.record.classification.rules import INDUSTRIES
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.rules import STATUS_LABELS, Status, read_day, valid_code
from svc_credit_registry.record.enterprises.schemas import EnterpriseOut
from svc_credit_registry.record.record_views import service as record_views
from svc_credit_registry.record.record_views.schemas import KindOut
from svc_credit_registry.record.record_views.service import Reading
from svc_credit_registry.reporting.objections import queries as objections

router = Router(prefix="/registry", tags=["pages"], dependencies=[Public], include_in_schema=False)

PAGE_SIZE = 20
LONGEST = 2_000
"""Characters of what is typed which are read at all; from `narrowing` on it is told that they are too many."""
LISTS = {name: (ZH[name], EN[name]) for name in OnList}


@router.get("/", operation_id="show_search_page_in_folder", response_class=HTMLResponse)
@router.get("", operation_id="show_search_page", response_class=HTMLResponse)
async def show_search_page(  # noqa: PLR0913 - the fields of a form
    request: Request,
    session: SessionDep,
    projection: ProjectionDep,
    q: Annotated[str, Query(max_length=LONGEST)] = "",
    region: Annotated[str, Query(max_length=6)] = "",
    industry: Annotated[str, Query(max_length=5)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    established_year: Annotated[str, Query(max_length=10)] = "",
    on_list: Annotated[str, Query(max_length=30)] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """查询: the form, and below it what was found. A field that means nothing is told on the page."""
    asked = {"q": q, "region": region, "industry": industry, "status": status, "established_year": established_year}
    asked["on_list"] = on_list
    shown: dict[str, object] = {"asked": asked, "result": None, "fault": None, "offered": [], "narrower": []}
    try:
        if any(asked.values()):
            paging = PageQuery(limit=PAGE_SIZE, cursor=cursor, count="capped")
            shown |= await _found(projection, session, narrowing.wanted(asked), paging)
    except DomainError as error:
        shown["fault"] = error.title if is_english(request) else error.title_zh
        return _search_page(request, asked, shown, status=error.status)
    return _search_page(request, asked, shown)


async def _found(
    projection: Projection, session: AsyncSession, wanted: rules.Wanted, paging: PageQuery
) -> dict[str, object]:
    """A page of what is found; the counts by which it can be narrowed; or what somebody may have meant."""
    result = await service.find(projection, session, wanted, paging)
    shown: dict[str, object] = {"result": result}
    with contextlib.suppress(SearchBusy):
        if not result.rows and wanted.text is not None:
            shown["offered"] = await service.did_you_mean(projection, wanted.text)
        if result.rows and not result.count_capped and projection.is_ready:
            view = projection.view
            counted = await projection.survey(lambda: facets.facets(view, wanted))
            shown["narrower"] = narrowing.lists({name: getattr(counted, name) for name in narrowing.FIELDS})
    return shown


def _search_page(request: Request, asked: dict[str, str], shown: dict[str, object], status: int = 200) -> HTMLResponse:
    english = is_english(request)
    given, lang = {name: value for name, value in asked.items() if value}, {"lang": "en" if english else "zh"}
    return page(
        request,
        "search.html",
        status=status,
        address=lambda **changed: f"/registry?{urlencode(given | changed | lang)}",
        regions=narrowing.region_choices(asked["region"]),
        industries=narrowing.industry_choices(asked["industry"], english=english),
        statuses=[(status, STATUS_LABELS[status][english]) for status in Status],
        lists=[(name, LISTS[name][english]) for name in OnList],
        region_name=regions.full_name,
        is_region=regions.is_known,
        export_url=f"/api/credit-registry/v1/enterprises/export?{urlencode(given | {'format': 'csv'})}",
        **shown,
    )


@router.get("/enterprises/{code}", operation_id="show_enterprise_page", response_class=HTMLResponse)
async def show_enterprise_page(
    request: Request,
    session: SessionDep,
    today: TodayDep,
    code: str,
    as_of: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """企业公示信息: the whole record, as it is or as it stood at the end of a day."""
    try:
        day = read_day(_day(as_of), today)
        moved = await enterprises.moved(session, code, day, english=is_english(request))
        if moved is not None:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"/registry/enterprises/{moved.new_code}{query}", status_code=308)
        reading = Reading(valid_code(code), day, today, is_english(request))
        view = await record_views.record_of(session, reading)
    except DomainError as error:
        title = error.title if is_english(request) else error.title_zh
        return page(request, "message.html", status=error.status, message=title)
    label, label_en = STATUS_LABELS[Status(view.enterprise.status)]
    return page(
        request,
        "enterprise.html",
        view=view,
        e=view.enterprise,
        status_label=label_en if is_english(request) else label,
        industry=_industry(view.enterprise, english=is_english(request)),
        past=day < today,
        today=today,
        doubted=await objections.doubted(session, view.enterprise.code),
        listed=[] if day < today else [kind for kind in view.kinds if _is_listed(kind)],
    )


@router.get("/statistics", operation_id="show_statistics_page", response_class=HTMLResponse)
async def show_statistics_page(
    request: Request,
    session: SessionDep,
    province: Annotated[str, Query(max_length=6)] = "",
    as_of: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """统计数据: every published figure with its definition, its picture and its numbers."""
    english, region = is_english(request), province or regions.NATION
    try:
        day = _day(as_of)
    except DomainError as error:
        return page(request, "message.html", status=error.status, message=error.title if english else error.title_zh)
    figures = (await statistics.catalogue(session, english=english)).items
    published: dict[str, object] = {}
    pictures, told = {}, {}
    for figure in figures:
        published[figure.name], told[figure.name] = None, False
        try:
            found = await statistics.shown(session, statistics.Asked(figure.name, day, region))
        except (FigureNotPublished, RegionNotCounted) as error:
            told[figure.name] = isinstance(error, RegionNotCounted)
            continue
        published[figure.name] = statistics.published_out(found, english=english)
        pictures[figure.name] = statistics.picture(found, english=english)
    return page(
        request,
        "statistics.html",
        figures=figures,
        published=published,
        pictures=pictures,
        told=told,
        asked={"province": province, "as_of": as_of},
        provinces=[(place.code, place.name) for place in regions.children(regions.NATION) if place.current],
    )


def _industry(enterprise: EnterpriseOut, *, english: bool) -> str | None:
    code = enterprise.industry_code
    known = INDUSTRIES.get(code) or INDUSTRIES.get(code[:3])
    return enterprise.industry_name if known is None or not english else known.label_en


def _is_listed(kind: KindOut) -> bool:
    """Whether an entry of a list stands; one that says it was removed is told, but is no warning."""
    return kind.kind in set(OnList) and any(item.content.get("state") == "listed" for item in kind.items)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as exc:
        message = "日期写作YYYY-MM-DD; a day is written as YYYY-MM-DD"
        raise Invalid(message, errors=[FieldError("#as_of", "date_form", message)]) from exc
