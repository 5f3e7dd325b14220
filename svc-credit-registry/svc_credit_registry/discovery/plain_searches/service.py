"""Answers plain searches past the framework; the answer is that of the route, byte for byte.

Whatever is not plain goes to the route: filters, counts, further pages, codes, texts it refuses, a search that finds
nothing, for which the route offers other texts, and all of them while there is no index yet.
"""

import asyncio
import time
from urllib.parse import parse_qsl, urlencode

import orjson

from shared.address import PREFIX
from shared.http.pagination import PageQuery, PageResult
from shared.telemetry import DURATION, REQUESTS
from svc_credit_registry.discovery.plain_searches.rules import PlainSearch
from svc_credit_registry.discovery.projection.service import Projection
from svc_credit_registry.discovery.search.routes import CACHE, ROUTE
from svc_credit_registry.discovery.search.service import Hit, look

ANSWERED, TOOK = REQUESTS.labels("GET", ROUTE, 200), DURATION.labels("GET", ROUTE)
CACHE_HEADERS = [(name.lower().encode(), value.encode()) for name, value in CACHE.items()]
TYPE_HEADER = (b"content-type", b"application/json")


def find(projection: Projection, asked: PlainSearch) -> asyncio.Future[PageResult] | None:
    """What is found, once it is; None while there is no index to ask."""
    if not projection.is_ready:
        return None
    view, paging = projection.view, PageQuery(asked.limit, None, "none")
    return projection.ask(lambda: look(view, asked.wanted, None, paging))


def answer(asked: PlainSearch, found: PageResult, prefix: str) -> tuple[list[tuple[bytes, bytes]], bytes] | None:
    """Header, but for the id of the request, and body; None when nothing was found."""
    if not found.rows:
        return None
    content = body(found)
    header = list(CACHE_HEADERS)
    if found.next_cursor is not None:
        place = next_page(asked, found.next_cursor, prefix if PREFIX.match(prefix) else "")
        header.append((b"link", place.encode()))
    return [*header, (b"content-length", b"%d" % len(content)), TYPE_HEADER], content


def count(started: float) -> None:
    """Counts an answer to a search that began at `started`, of the clock perf_counter."""
    ANSWERED.inc()
    TOOK.observe(time.perf_counter() - started)


def next_page(asked: PlainSearch, cursor: str, prefix: str) -> str:
    """The field Link of a page that is not the last; `prefix` is what the gateway puts before our paths."""
    query = urlencode([*parse_qsl(asked.query), ("cursor", cursor)])
    return f'<{prefix}/v1/enterprises?{query}>; rel="next"'


def body(result: PageResult) -> bytes:
    """The page as JSON: byte for byte what the route sends."""
    page = {
        "items": [_item(hit) for hit in result.rows],
        "next_cursor": result.next_cursor,
        "count": None,
        "count_capped": None,
        "did_you_mean": [],
    }
    return orjson.dumps(page)


def _item(hit: Hit) -> dict[str, object]:
    entry = hit.entry
    return {
        "code": entry.code,
        "name": entry.name,
        "region": entry.region,
        "industry_code": entry.industry_code,
        "organisation_form": entry.organisation_form,
        "status": entry.status,
        "established_on": entry.established_on,
        "legal_representative_name": entry.legal_representative_name,
        "match": hit.match,
        "former_name": {"name": hit.former[0], "valid_until": hit.former[1]} if hit.former else None,
        "on_lists": list(entry.lists),
    }
