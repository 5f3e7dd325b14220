"""One search over all services that hold something public: each gives its own section, or is left out and named."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from gateway.hub.asking import ask
from gateway.hub.schemas import Hit, SearchResult, Section, SectionName
from shared.codes import regions

Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Where the hits of a section come from, and how a row of that list is shown; `english` chooses the words."""

    section: SectionName
    service: str
    path: str
    titles: tuple[str, str]
    hit: Callable[[Row, bool], Hit]


def _enterprise(row: Row, english: bool) -> Hit:
    place = regions.name(row["region"]) if regions.is_known(row["region"]) else row["region"]
    return Hit(
        id=row["code"],
        title=row["name"],
        detail=f"{row['code']} · {place}",
        url=f"/api/credit-registry/v1/enterprises/{row['code']}",
        page=f"/registry/enterprises/{row['code']}",
    )


def _matter(row: Row, english: bool) -> Hit:
    title = row["name_en"] if english else row["name"]
    return Hit(id=row["code"], title=title, detail=row["code"], url=f"/api/services/v1/matters/{row['code']}")


def _article(row: Row, english: bool) -> Hit:
    detail = f"{row['index_number']} · {row['published_on']}"
    return Hit(id=row["id"], title=row["title"], detail=detail, url=f"/api/disclosure/v1/articles/{row['id']}")


def _trademark(row: Row, english: bool) -> Hit:
    return Hit(
        id=row["id"],
        title=row["mark"],
        detail=f"{row['number']} · {row['state_label']} · {row['holder']}",
        url=f"/api/credit-registry{row['item_url']}",
        page=f"/registry/enterprises/{row['code']}#trademark",
    )


SOURCES = (
    Source("enterprises", "credit-registry", "/v1/enterprises", ("企业", "Enterprises"), _enterprise),
    Source("matters", "services", "/v1/matters", ("办事事项", "Matters"), _matter),
    Source("articles", "disclosure", "/v1/articles", ("公开信息", "Articles"), _article),
    Source("trademarks", "credit-registry", "/v1/trademarks", ("商标", "Trademarks"), _trademark),
)


async def search(request: Request, q: str, limit: int, *, english: bool) -> SearchResult:
    """What each service finds for `q`, at most `limit` of each. A service that is away leaves its section empty."""
    sections = await asyncio.gather(*(_section(request, source, q, limit, english) for source in SOURCES))
    return SearchResult(
        q=q,
        sections=list(sections),
        unavailable=[section.section for section in sections if section.unavailable],
    )


async def _section(request: Request, source: Source, q: str, limit: int, english: bool) -> Section:
    page = await ask(request, None, source.service, source.path, {"q": q, "limit": limit, "count": "capped"})
    page = page if isinstance(page, dict) else None
    answered = page or {}
    try:
        items = [source.hit(row, english) for row in answered.get("items", [])]
    except (KeyError, TypeError, ValueError):  # it answers something else than agreed
        page, items = None, []
    return Section(
        section=source.section,
        title=source.titles[english],
        service=source.service,
        items=items,
        count=None if page is None else int(answered.get("count") or 0),
        count_capped=bool(answered.get("count_capped")),
        unavailable=page is None,
        url=f"/api/{source.service}{source.path}?{urlencode({'q': q})}",
    )
