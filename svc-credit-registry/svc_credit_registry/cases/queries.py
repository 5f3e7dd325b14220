"""Reading cases of every kind: one of them, those of a region, the serial of the next."""

import uuid
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Sequence, SQLColumnExpression, false, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.codes import regions
from shared.db import Base

Row = TypeVar("Row", bound=Base)
COUNTY = 6
"""How many digits of a county are significant: all of them."""


async def by_id(session: AsyncSession, model: type[Row], key: uuid.UUID, *, lock: bool = False) -> Row | None:
    """One row by its id; with `lock` as it stands now, and locked until the transaction ends."""
    statement = select(model).where(model.__table__.c.id == key)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found: Row | None = await session.scalar(statement)
    return found


def within(column: SQLColumnExpression[str], region: str | None) -> ColumnElement[bool]:
    """Rows of a region and of those below it, none without a region: as `regions.covers`, for the database."""
    if not region:
        return false()
    prefix = regions.prefix(region)
    # A county is one value of the index, which then gives the order, too.
    return column == prefix if len(prefix) == COUNTY else column.startswith(prefix, autoescape=True)


async def next_serial(session: AsyncSession, numbers: Sequence) -> int:
    """The next serial for a number that people read out; gaps are normal."""
    found: Any = await session.scalar(select(numbers.next_value()))
    return int(found)
