"""The catalogue as a stream, read from the database while it is sent."""

import json
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Sessions
from svc_disclosure.articles.models import Article
from svc_disclosure.catalogue import rules
from svc_disclosure.catalogue.schemas import Form

BATCH = 500


def row_of(article: Article) -> dict[str, Any]:
    """An article as the catalogue lists it."""
    return {
        "index_number": article.index_number,
        "title": article.title,
        "summary": article.summary,
        "column": article.column_code,
        "producer": article.producer,
        "region": article.region,
        "made_on": article.made_on,
        "published_on": article.published_on,
        "id": article.id,
        "published_at": article.published_at,
    }


async def stream(sessions: Sessions, statement: Select[Any], form: Form) -> AsyncIterator[str]:
    """The articles of `statement`, a batch at a time, in one snapshot of the database.

    It has a session of its own: the request's is closed before the first byte is sent.
    """
    if form == "csv":
        yield rules.csv_header()
    async with sessions() as session:
        ordered = statement.order_by(Article.published_at.desc(), Article.id.desc())
        found = await session.stream_scalars(ordered.execution_options(yield_per=BATCH))
        async for batch in found.partitions():
            rows = [row_of(article) for article in batch]
            session.expunge_all()
            yield rules.csv_lines(rows) if form == "csv" else ndjson(rows)


def ndjson(rows: list[dict[str, Any]]) -> str:
    """One JSON object a line."""
    lines = [{field: row[field] for field in rules.FIELDS} for row in rows]
    return "".join(json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in lines)


async def newest(session: AsyncSession, statement: Select[Any], limit: int) -> list[dict[str, Any]]:
    """The newest articles of `statement`."""
    ordered = statement.order_by(Article.published_at.desc(), Article.id.desc()).limit(limit)
    return [row_of(article) for article in await session.scalars(ordered)]
