"""Reading applications for removal."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from svc_credit_registry.cases import queries as cases
from svc_credit_registry.listing.removals.models import Removal
from svc_credit_registry.listing.removals.rules import State

A = Removal
OPEN = (State.APPLIED.value, State.ACCEPTED.value, State.VERIFIED.value)


async def find(session: AsyncSession, removal_id: uuid.UUID, *, lock: bool = False) -> Removal | None:
    """The application, locked until the transaction ends if asked."""
    return await cases.by_id(session, Removal, removal_id, lock=lock)


async def open_of(session: AsyncSession, entry_id: uuid.UUID) -> Removal | None:
    """The application about an entry which is being handled."""
    found: Removal | None = await session.scalar(select(A).where(A.entry_id == entry_id, A.state.in_(OPEN)))
    return found


def of_entry(entry_id: uuid.UUID) -> Select[Removal]:
    """All applications about an entry."""
    return select(A).where(A.entry_id == entry_id)


def queue(caller: Caller, overdue_on: date | None) -> Select[Removal]:
    """What the officers of a region, and of those below it, have to decide."""
    statement = select(A).where(cases.within(A.region, caller.region), A.due_on.is_not(None))
    return statement if overdue_on is None else statement.where(A.due_on < overdue_on)


async def provisional(session: AsyncSession, limit: int) -> Sequence[Removal]:
    """Open applications some of whose dates rest on days off that were not published, locked."""
    statement = select(A).where(A.provisional, A.state.in_(OPEN)).order_by(A.id).limit(limit)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()
