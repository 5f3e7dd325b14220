"""Finding enterprises, and keeping what is searched in step with the register."""

from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import errors
from shared.codes import regions
from shared.db import Sessions
from shared.http.pagination import COUNT_CAP, PageQuery, PageResult, decode_cursor, encode_cursor
from svc_credit_registry.classification.rules import industry_code
from svc_credit_registry.enterprises import queries as enterprise_queries
from svc_credit_registry.enterprises.models import Enterprise
from svc_credit_registry.enterprises.rules import STATUS_RANK, Status
from svc_credit_registry.search import queries
from svc_credit_registry.search.errors import FilterUnknown
from svc_credit_registry.search.models import SearchEntry
from svc_credit_registry.search.queries import Hit, Position
from svc_credit_registry.search.rules import Filters, Match, Wanted
from svc_credit_registry.wording.rules import fold, pairs

EXPORT_BATCH = 1000


def filters_of(region: str | None, industry: str | None, status: Status | None, year: int | None) -> Filters:
    """The filters of a list; 404 for a region or an industry that does not exist."""
    if region is not None and not regions.is_known(region):
        raise FilterUnknown(f"region {region}")
    section = industry_code(industry) if industry is not None else None
    if industry is not None and section is None:
        raise FilterUnknown(f"industry {industry}")
    return Filters(regions.prefix(region) if region else None, section, status, year)


async def find(session: AsyncSession, wanted: Wanted, paging: PageQuery) -> PageResult:
    """One page of the enterprises that match, in the order of `search.rules`."""
    found = await _page(session, wanted, _position(paging.cursor), paging.limit + 1)
    shown = found[: paging.limit]
    rows = await enterprise_queries.by_codes(session, [hit.code for _, hit in shown])
    cursor = None
    if len(found) > paging.limit:
        match, last = shown[-1]
        cursor = encode_cursor([int(match), last.status_rank, last.folded, last.code])
    count, capped = await _count(session, wanted, paging)
    return PageResult(rows, cursor, count, capped)


async def _page(session: AsyncSession, wanted: Wanted, after: Position | None, limit: int) -> list[tuple[Match, Hit]]:
    kinds = list(Match) if wanted.text is not None else [Match.INSIDE]
    found: list[tuple[Match, Hit]] = []
    for kind in kinds:
        if after is not None and kind < after.match:
            continue
        behind = after if after is not None and kind == after.match else None
        hits = await queries.hits(session, wanted, kind, behind, limit - len(found))
        found += [(kind, hit) for hit in hits]
        if len(found) >= limit:
            break
    return found


def _position(cursor: str | None) -> Position | None:
    if cursor is None:
        return None
    match, rank, folded, code = decode_cursor(cursor, 4)
    if not (isinstance(match, int) and isinstance(rank, int) and isinstance(folded, str) and isinstance(code, str)):
        raise errors.BadRequest("The cursor is not one which this list gave you.")
    return Position(match, rank, folded, code)


async def _count(session: AsyncSession, wanted: Wanted, paging: PageQuery) -> tuple[int | None, bool | None]:
    if paging.count == "none":
        return None, None
    if paging.count == "exact":
        return await queries.count(session, wanted, None), False
    number = await queries.count(session, wanted, COUNT_CAP + 1)
    return min(number, COUNT_CAP), number > COUNT_CAP


async def export(sessions: Sessions, wanted: Wanted) -> AsyncIterator[Enterprise]:
    """All that match, by code, read in batches from one snapshot while the answer is already on its way."""
    matching = queries.matching(wanted).subquery()
    statement = select(Enterprise).join(matching, matching.c.code == Enterprise.code).order_by(Enterprise.code)
    async with sessions() as session:
        async for enterprise in await session.stream_scalars(statement.execution_options(yield_per=EXPORT_BATCH)):
            yield enterprise
            session.expunge(enterprise)


def index(session: AsyncSession, enterprise: Enterprise) -> None:
    """Makes a new enterprise findable, in the transaction at hand."""
    session.add(_entry(enterprise))


async def reindex(session: AsyncSession, enterprise: Enterprise) -> None:
    """Makes a changed enterprise findable by what it is called and is now, in the transaction at hand."""
    await session.merge(_entry(enterprise))


def _entry(enterprise: Enterprise) -> SearchEntry:
    folded = fold(enterprise.name)
    return SearchEntry(
        code=enterprise.code,
        folded=folded,
        status_rank=STATUS_RANK[Status(enterprise.status)],
        region=enterprise.region,
        industry_code=enterprise.industry_code,
        established_on=enterprise.established_on,
        pairs=pairs(folded),
    )
