"""Reads and counters of publication."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from svc_disclosure.articles.models import Article
from svc_disclosure.publication.models import IndexSeries


async def source_is_published(session: AsyncSession, source_key: str) -> bool:
    """Whether this fact has an article already."""
    return await session.scalar(select(Article.id).where(Article.source_key == source_key)) is not None


async def next_serial(session: AsyncSession, region: str, year: int) -> int:
    """The next serial number of a region's year, without gaps: the row stays locked until the transaction ends."""
    row = insert(IndexSeries).values(region=region, year=year, last=1)
    upsert = row.on_conflict_do_update(
        index_elements=[IndexSeries.region, IndexSeries.year], set_={"last": IndexSeries.last + 1}
    ).returning(IndexSeries.last)
    return int(await session.scalar(upsert) or 0)
