"""Reading objections."""

import uuid

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.listing.list_objections.models import ListObjection
from svc_credit_registry.listing.list_objections.rules import State

O = ListObjection  # noqa: E741 - reads as a table
OPEN = (State.FILED.value, State.ACCEPTED.value)


async def find(session: AsyncSession, objection_id: uuid.UUID, *, lock: bool = False) -> ListObjection | None:
    """The objection, locked until the transaction ends if asked."""
    return await cases.by_id(session, ListObjection, objection_id, lock=lock)


async def open_of(session: AsyncSession, entry_id: uuid.UUID) -> ListObjection | None:
    """The objection to an entry which is being handled."""
    found: ListObjection | None = await session.scalar(select(O).where(O.entry_id == entry_id, O.state.in_(OPEN)))
    return found


def of_entry(entry_id: uuid.UUID) -> Select[ListObjection]:
    """All objections to an entry."""
    return select(O).where(O.entry_id == entry_id)
