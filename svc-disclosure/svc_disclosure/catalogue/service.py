"""The catalogue as a stream, read from the database part by part while it is sent."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Sessions
from svc_disclosure.articles.models import Article
from svc_disclosure.catalogue import rules
from svc_disclosure.catalogue.schemas import Form

BATCH = 500
Row = dict[str, Any]


COLUMNS: tuple[Any, ...] = (
    Article.index_number,
    Article.title,
    Article.summary,
    Article.column_code.label("column"),
    Article.producer,
    Article.region,
    Article.made_on,
    Article.published_on,
    Article.id,
    Article.published_at,
)


def listed(statement: Select[Any]) -> Select[Any]:
    """The articles of `statement` as the catalogue lists them, the newest first: plain rows, without their texts."""
    return statement.with_only_columns(*COLUMNS).order_by(Article.published_at.desc(), Article.id.desc())


async def stream(sessions: Sessions, statement: Select[Any], form: Form, size: int = BATCH) -> AsyncIterator[str]:
    """The articles of `statement`, the newest first, `size` at a time; what is published meanwhile is not among them.

    It has sessions of its own, one for each part, and none while a part is sent: a slow reader is in nobody's way.
    """
    if form == "csv":
        yield rules.csv_header()
    last: tuple[Any, ...] | None = None
    while True:
        query = listed(statement).limit(size)
        if last is not None:
            query = query.where(tuple_(Article.published_at, Article.id) < last)
        async with sessions() as session:
            rows = [dict(row) for row in (await session.execute(query)).mappings()]
        if rows:
            yield rules.csv_lines(rows) if form == "csv" else ndjson(rows)
        if len(rows) < size:
            return
        last = (rows[-1]["published_at"], rows[-1]["id"])


def ndjson(rows: Sequence[Row]) -> str:
    """One JSON object a line."""
    lines = [{field: row[field] for field in rules.FIELDS} for row in rows]
    return "".join(json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in lines)


async def newest(session: AsyncSession, statement: Select[Any], limit: int) -> Sequence[Row]:
    """The newest articles of `statement`."""
    found = await session.execute(listed(statement).limit(limit))
    return [dict(row) for row in found.mappings()]
