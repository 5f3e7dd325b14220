"""Reads of articles."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer, selectinload

from svc_disclosure.articles.models import Article
from svc_disclosure.articles.rules import grams, searchable
from svc_disclosure.columns.models import Column

# Written out, not bound: a partial index serves only a condition which the planner can read.
IS_PUBLISHED = text("articles.status = 'published'")
IS_OPEN = text("articles.status IN ('draft', 'in_approval', 'approved')")

WITHOUT_TEXT = [defer(column, raiseload=True) for column in (Article.body, Article.searchable, Article.grams)]


async def find(session: AsyncSession, article_id: uuid.UUID, *, lock: bool = False) -> Article | None:
    """The article with its decisions; locked until the transaction ends if asked."""
    query = select(Article).where(Article.id == article_id).options(selectinload(Article.decisions))
    if lock:
        query = query.with_for_update(of=Article).execution_options(populate_existing=True)
    return (await session.scalars(query)).one_or_none()


def published(
    *,
    column: str | None = None,
    q: str | None = None,
    region: str | None = None,
    published_from: date | None = None,
    published_to: date | None = None,
) -> Select[Any]:
    """Published articles that match every filter given. Each word of `q` must be in title, summary or facts."""
    query = select(Article).where(IS_PUBLISHED).options(*WITHOUT_TEXT)
    if column is not None:
        query = query.where(Article.column_code == column)
    if region is not None:
        query = query.where(Article.region == region)
    if published_from is not None:
        query = query.where(Article.published_on >= published_from)
    if published_to is not None:
        query = query.where(Article.published_on <= published_to)
    for word in (q or "").split():
        query = _holding(query, searchable(word))
    return query


def _holding(query: Select[Any], word: str) -> Select[Any]:
    """The array index finds the candidates, the text decides: pairs alone do not say that they stand in a row."""
    return query.where(Article.grams.contains(grams(word)), func.strpos(Article.searchable, word) > 0)


def open_in(unit: str) -> Select[Any]:
    """Articles on their way to publication which a unit answers for, as author or as owner of the column."""
    owned = select(Column.code).where(Column.owner_unit == unit)
    return (
        select(Article)
        .where(IS_OPEN, or_(Article.unit == unit, Article.column_code.in_(owned)))
        .options(selectinload(Article.decisions))
    )
