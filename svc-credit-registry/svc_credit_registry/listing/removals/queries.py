"""Reading applications for removal."""

import uuid

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

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
