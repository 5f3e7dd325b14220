"""The searches. Each kind of match is a query of its own that an index answers in the order of the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.search.models import SearchEntry
from svc_credit_registry.search.rules import Filters, Match, Wanted, end_of_prefix, rank_of
from svc_credit_registry.wording.rules import pairs

RANKS = 3


@dataclass(frozen=True)
class Position:
    """Where a page ended: kind of match, rank of status, folded name, code."""

    match: int
    rank: int
    folded: str
    code: str


Hit = Row[str, int, str]


async def hits(session: AsyncSession, wanted: Wanted, match: Match, after: Position | None, limit: int) -> list[Hit]:
    """Up to `limit` matches of one kind behind `after`, in the order of the list."""
    if match is Match.PREFIX:
        return await _prefixed(session, wanted, after, limit)
    return await _ordered(session, _of_kind(wanted, match), after, limit)


async def _ordered(
    session: AsyncSession, statement: Select[str, int, str], after: Position | None, limit: int
) -> list[Hit]:
    e = SearchEntry
    if after is not None:
        statement = statement.where(tuple_(e.status_rank, e.folded, e.code) > (after.rank, after.folded, after.code))
    return list((await session.execute(statement.order_by(e.status_rank, e.folded, e.code).limit(limit))).all())


async def _prefixed(session: AsyncSession, wanted: Wanted, after: Position | None, limit: int) -> list[Hit]:
    """Names that begin with the text. Rank by rank, so that the index gives them in order however many there are."""
    found: list[Hit] = []
    for rank in range(after.rank if after else 0, RANKS):
        statement = _of_kind(wanted, Match.PREFIX).where(SearchEntry.status_rank == rank)
        behind = after if after and after.rank == rank else None
        found += await _ordered(session, statement, behind, limit - len(found))
        if len(found) >= limit:
            break
    return found


def _of_kind(wanted: Wanted, match: Match) -> Select[str, int, str]:
    e = SearchEntry
    statement = select(e.code, e.status_rank, e.folded).where(*_filters(wanted.filters))
    text = wanted.text
    if text is None:
        return statement.where(*_code_range(wanted.code_prefix))
    if match is Match.EXACT:
        return statement.where(e.folded == text)
    if match is Match.PREFIX:
        return statement.where(e.folded > text, e.folded < end_of_prefix(text))
    return statement.where(*_holds(text), ~and_(e.folded >= text, e.folded < end_of_prefix(text)))


def _holds(text: str) -> Sequence[ColumnElement[bool]]:
    """The name holds the text: by its pairs of characters, which an index finds, then by a look at the name itself."""
    return (SearchEntry.pairs.contains(pairs(text)), func.strpos(SearchEntry.folded, text) > 0)


def _code_range(prefix: str | None) -> Sequence[ColumnElement[bool]]:
    return (SearchEntry.code >= prefix, SearchEntry.code < prefix + "Z") if prefix else ()


def _filters(filters: Filters) -> Sequence[ColumnElement[bool]]:
    e, clauses = SearchEntry, []
    if filters.region:
        clauses.append(and_(e.region >= filters.region, e.region < filters.region + ":"))
    if filters.industry:
        clauses.append(and_(e.industry_code >= filters.industry, e.industry_code < filters.industry + "Z"))
    if filters.status is not None:
        clauses.append(e.status_rank == rank_of(filters.status))
    if filters.established_year is not None:
        year = filters.established_year
        clauses.append(e.established_on.between(date(year, 1, 1), date(year, 12, 31)))
    return clauses


def matching(wanted: Wanted) -> Select[str]:
    """The codes of all that match, in no order: for counts and exports."""
    statement = select(SearchEntry.code).where(*_filters(wanted.filters))
    if wanted.text is not None:
        return statement.where(or_(and_(*_holds(wanted.text)), SearchEntry.folded == wanted.text))
    return statement.where(*_code_range(wanted.code_prefix))


async def count(session: AsyncSession, wanted: Wanted, cap: int | None) -> int:
    """How many match; at most `cap` are counted when it is given."""
    statement: Select[Any] = matching(wanted)
    if cap is not None:
        statement = statement.limit(cap)
    return await session.scalar(select(func.count()).select_from(statement.subquery())) or 0
