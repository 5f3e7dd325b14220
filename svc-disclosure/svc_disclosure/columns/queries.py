"""Reads and the one write of columns."""

from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from svc_disclosure.columns.models import Column


def all_columns() -> Select[Any]:
    """Every column."""
    return select(Column)


async def find(session: AsyncSession, code: str) -> Column | None:
    """The column with this code."""
    return await session.get(Column, code)


async def note_publication(session: AsyncSession, code: str, published_on: date) -> None:
    """Moves the column's last publication forward; once a day only, so that publications don't queue for the row."""
    older = or_(Column.last_published_on.is_(None), Column.last_published_on < published_on)
    await session.execute(
        update(Column).where(Column.code == code, older).values(last_published_on=published_on),
        execution_options={"synchronize_session": False},
    )
