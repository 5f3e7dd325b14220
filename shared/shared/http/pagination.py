"""Lists by keyset: an opaque cursor, a stable order, no depth at which it gets slow."""

import base64
import json
import math
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar, cast

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, UnaryExpression, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.operators import desc_op

from shared import errors
from shared.address import public_path
from shared.http.strictness import NO_TEXT

T = TypeVar("T")
MAX_LIMIT = 200
COUNT_CAP = 10_000


class Page(BaseModel, Generic[T]):
    """One page of a list. `next_cursor` is absent on the last one; `count` is there when it was asked for."""

    items: list[T]
    next_cursor: str | None = None
    count: int | None = Field(default=None, description="How many there are, when `count` was asked for")
    count_capped: bool | None = Field(default=None, description="True when there are more than `count`")


@dataclass(frozen=True)
class PageQuery:
    """What a caller asks of a list."""

    limit: int
    cursor: str | None
    count: Literal["none", "capped", "exact"]


@dataclass(frozen=True)
class PageResult:
    """Rows of one page and what belongs into the answer beside them."""

    rows: list[Any]
    next_cursor: str | None
    count: int | None = None
    count_capped: bool | None = None

    def page(self, items: list[T]) -> Page[T]:
        """The answer, with the rows already turned into `items`."""
        return Page(items=items, next_cursor=self.next_cursor, count=self.count, count_capped=self.count_capped)


def page_query(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Items on a page")] = 50,
    cursor: Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before")] = None,
    count: Annotated[
        Literal["none", "capped", "exact"], Query(description=f"Count the list: up to {COUNT_CAP}, or exactly")
    ] = "none",
) -> PageQuery:
    """The paging parameters of every list."""
    return PageQuery(limit, cursor, count)


Paging = Annotated[PageQuery, Depends(page_query)]


def encode_cursor(values: Sequence[Any]) -> str:
    """An opaque cursor which holds the keys of the last row of a page."""
    tagged = [_tag(v) for v in values]
    return base64.urlsafe_b64encode(json.dumps(tagged).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, size: int) -> list[Any]:
    """The keys in a cursor; 400 when it is none of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        tagged = json.loads(base64.urlsafe_b64decode(padded))
        values = [_untag(kind, value) for kind, value in tagged]
    except (ValueError, TypeError, KeyError, RecursionError) as exc:
        raise errors.BadRequest("The cursor is not one which this list gave you.") from exc
    if len(values) != size:
        raise errors.BadRequest("The cursor belongs to another list.")
    return values


def _tag(value: Any) -> tuple[str, Any]:
    if isinstance(value, datetime):
        return "t", value.isoformat()
    if isinstance(value, date):
        return "d", value.isoformat()
    if isinstance(value, uuid.UUID):
        return "u", str(value)
    return "v", value


def _untag(kind: str, value: Any) -> Any:
    readers: dict[str, Callable[[Any], Any]] = {
        "t": datetime.fromisoformat,
        "d": date.fromisoformat,
        "u": uuid.UUID,
        "v": lambda v: v,
    }
    return readers[kind](value)


def _after(keys: Sequence[SQLColumnExpression[Any]], values: Sequence[Any]) -> ColumnElement[bool]:
    """Rows behind `values` in the order of `keys`, each ascending or descending on its own."""
    clauses = []
    for i, key in enumerate(keys):
        column, descending = _column(key)
        equal = [_column(k)[0] == v for k, v in zip(keys[:i], values[:i], strict=True)]
        clauses.append(and_(*equal, column < values[i] if descending else column > values[i]))
    return or_(*clauses)


def _fits(column: SQLColumnExpression[Any], value: Any) -> bool:
    """Whether a cursor's value can be compared with `column`: a cursor may be of another list, or made up."""
    kind = cast(ColumnElement[Any], column).type.python_type
    if isinstance(value, datetime):
        return kind is datetime and value.tzinfo is not None
    if isinstance(value, int):
        return kind in (int, float) and not isinstance(value, bool) and abs(value) < 2**63
    if isinstance(value, str):
        return kind is str and not NO_TEXT.search(value)
    return isinstance(value, kind) and not (isinstance(value, float) and not math.isfinite(value))


def _column(key: SQLColumnExpression[Any]) -> tuple[SQLColumnExpression[Any], bool]:
    if isinstance(key, UnaryExpression):
        return key.element, key.modifier is desc_op
    return key, False


async def paginate(
    session: AsyncSession,
    statement: Select[Any],
    *,
    keys: Sequence[SQLColumnExpression[Any]],
    paging: PageQuery,
    request: Request,
    response: Response,
) -> PageResult:
    """One page of `statement` in the order of `keys`, the last of which must be unique.

    The columns of `keys` are added to the statement, so an ORM statement gives its entity as before. Sets
    `Link: rel="next"` (RFC 8288) when there is a next page.
    """
    count, capped = await _count(session, statement, paging)
    columns: list[Any] = [_column(k)[0].label(f"_key{i}") for i, k in enumerate(keys)]
    query = statement.add_columns(*columns).order_by(None).order_by(*keys).limit(paging.limit + 1)
    if paging.cursor:
        values = decode_cursor(paging.cursor, len(keys))
        if not all(_fits(_column(k)[0], value) for k, value in zip(keys, values, strict=True)):
            raise errors.BadRequest("The cursor belongs to another list.")
        query = query.where(_after(keys, values))
    found = (await session.execute(query)).all()
    rows, more = found[: paging.limit], len(found) > paging.limit
    cursor = encode_cursor(list(rows[-1])[-len(keys) :]) if more else None
    if cursor:
        url = request.url.include_query_params(cursor=cursor)
        response.headers["Link"] = f'<{public_path(request, url.path)}?{url.query}>; rel="next"'
    width = len(rows[0]) - len(keys) if rows else 1
    return PageResult([r[0] if width == 1 else r[:width] for r in rows], cursor, count, capped)


async def _count(session: AsyncSession, statement: Select[Any], paging: PageQuery) -> tuple[int | None, bool | None]:
    if paging.count == "none":
        return None, None
    inner = statement.order_by(None)
    if paging.count == "capped":
        inner = inner.limit(COUNT_CAP + 1)
    total = await session.scalar(select(func.count()).select_from(inner.subquery())) or 0
    if paging.count == "capped":
        return min(total, COUNT_CAP), total > COUNT_CAP
    return total, False
