"""Reading hearings."""

import uuid

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.listing.hearings.models import ListHearing
from svc_credit_registry.listing.hearings.rules import FINAL, State

H = ListHearing
OPEN = (State.ASKED.value, State.ANNOUNCED.value)


async def find(session: AsyncSession, hearing_id: uuid.UUID, *, lock: bool = False) -> ListHearing | None:
    """The hearing, locked until the transaction ends if asked."""
    return await cases.by_id(session, ListHearing, hearing_id, lock=lock)


async def open_of(session: AsyncSession, entry_id: uuid.UUID) -> ListHearing | None:
    """The hearing about an entry which is still to come."""
    found: ListHearing | None = await session.scalar(select(H).where(H.entry_id == entry_id, H.state.in_(OPEN)))
    return found


async def is_heard(session: AsyncSession, entry_id: uuid.UUID) -> bool:
    """Whether a hearing about an entry is under way, was held, or was given up."""
    known = select(H.id).where(H.entry_id == entry_id, H.state.in_((*OPEN, *FINAL))).limit(1)
    return await session.scalar(known) is not None


def of_entry(entry_id: uuid.UUID) -> Select[ListHearing]:
    """All hearings about an entry."""
    return select(H).where(H.entry_id == entry_id)
