"""Reading objections."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
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


def queue(caller: Caller, overdue_on: date | None) -> Select[ListObjection]:
    """What the officers of a region, and of those below it, have to decide."""
    statement = select(O).where(cases.within(O.region, caller.region), O.due_on.is_not(None))
    return statement if overdue_on is None else statement.where(O.due_on < overdue_on)


async def provisional(session: AsyncSession, limit: int) -> Sequence[ListObjection]:
    """Open objections some of whose dates rest on days off that were not published, locked."""
    statement = select(O).where(O.provisional, O.state.in_(OPEN)).order_by(O.id).limit(limit)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()
