"""查询页面: the register for people. Search results, and the whole record of an enterprise, as it is or as of a day.

The gateway shows these pages under `/registry` of its own address.
"""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from shared.auth import Public
from shared.clock import TodayDep
from shared.codes import regions
from shared.db import SessionDep
from shared.errors import DomainError, FieldError, Invalid
from shared.http import Router
from shared.http.pagination import PageQuery
from svc_credit_registry.discovery.projection.service import ProjectionDep
from svc_credit_registry.discovery.search import rules, service
from svc_credit_registry.discovery.search.rules import OnList
from svc_credit_registry.publication.pages.render import is_english, page
from svc_credit_registry.publication.pages.texts import EN, ZH
from svc_credit_registry.publication.statistics import service as statistics
from svc_credit_registry.publication.statistics.errors import FigureNotPublished, RegionNotCounted
from svc_credit_registry.record.classification.rules import INDUSTRIES, children
from svc_credit_registry.record.enterprises import service as enterprises
from svc_credit_registry.record.enterprises.rules import STATUS_LABELS, Status, read_day, valid_code
from svc_credit_registry.record.enterprises.schemas import EnterpriseOut
from svc_credit_registry.record.record_views import service as record_views
from svc_credit_registry.record.record_views.schemas import KindOut
from svc_credit_registry.record.record_views.service import Reading
from svc_credit_registry.reporting.objections import queries as objections

router = Router(prefix="/registry", tags=["pages"], dependencies=[Public], include_in_schema=False)

PAGE_SIZE = 20
LISTS = {name: (ZH[name], EN[name]) for name in OnList}


@router.get("/", operation_id="show_search_page_in_folder", response_class=HTMLResponse)
@router.get("", operation_id="show_search_page", response_class=HTMLResponse)
async def show_search_page(  # noqa: PLR0913 - the fields of a form
    request: Request,
    session: SessionDep,
    projection: ProjectionDep,
    q: Annotated[str, Query(max_length=100)] = "",
    province: Annotated[str, Query(max_length=6)] = "",
    section: Annotated[str, Query(max_length=5)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    on_list: Annotated[str, Query(max_length=30)] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """查询: the form, and below it what was found. A field that means nothing is told on the page."""
    asked = {"q": q, "province": province, "section": section, "status": status, "on_list": on_list}
    shown: dict[str, object] = {"asked": asked, "result": None, "fault": None, "offered": [], "next_url": None}
    try:
        if any(asked.values()):
            wanted = rules.read_query(q or None, _filters(asked))
            paging = PageQuery(limit=PAGE_SIZE, cursor=cursor, count="capped")
            result = await service.find(projection, session, wanted, paging)
            if not result.rows and wanted.text is not None:
                shown["offered"] = await service.did_you_mean(projection, wanted.text)
            shown["result"] = result
            if result.next_cursor:
                shown["next_url"] = _address(request, asked | {"cursor": result.next_cursor})
    except DomainError as error:
        shown["fault"] = error.title if is_english(request) else error.title_zh
        return _search_page(request, shown, status=error.status)
    return _search_page(request, shown)


def _filters(asked: dict[str, str]) -> rules.Filters:
    status = Status(asked["status"]) if asked["status"] in set(Status) else None
    filters = service.filters_of(asked["province"] or None, asked["section"] or None, status, None)
    on_list = OnList(asked["on_list"]) if asked["on_list"] in set(OnList) else None
    return rules.Filters(filters.region, filters.industry, filters.status, None, None, on_list)


def _address(request: Request, values: dict[str, str]) -> str:
    given = {name: value for name, value in values.items() if value}
    if "lang" in request.query_params:
        given["lang"] = request.query_params["lang"]
    return f"/registry?{urlencode(given)}"


def _search_page(request: Request, shown: dict[str, object], status: int = 200) -> HTMLResponse:
    asked = shown["asked"]
    assert isinstance(asked, dict)
    english = is_english(request)
    exported = {"q": asked["q"], "region": asked["province"], "industry": asked["section"], "on_list": asked["on_list"]}
    exported = {name: value for name, value in (exported | {"status": asked["status"]}).items() if value}
    return page(
        request,
        "search.html",
        status=status,
        provinces=[(region.code, region.name) for region in regions.children(regions.NATION) if region.current],
        sections=[(entry.code, entry.label_en if english else entry.label) for entry in children(None)],
        statuses=[(status, STATUS_LABELS[status][english]) for status in Status],
        lists=[(name, LISTS[name][english]) for name in OnList],
        region_name=regions.full_name,
        is_region=regions.is_known,
        export_url=f"/api/credit-registry/v1/enterprises/export?{urlencode(exported | {'format': 'csv'})}",
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
