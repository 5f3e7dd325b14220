"""Reading cases with clocks: what officers have to do, and what has to be computed anew."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from svc_credit_registry.cases.queries import within
from svc_credit_registry.listing.periods.models import Queued

Case = TypeVar("Case", bound=Queued)


def queue(model: type[Case], caller: Caller, overdue_on: date | None) -> Select[Case]:
    """What the officers of a region, and of those below it, have to do; with a day, what is due before it."""
    statement = select(model).where(within(model.region, caller.region), model.due_on.is_not(None))
    return statement if overdue_on is None else statement.where(model.due_on < overdue_on)


async def provisional(session: AsyncSession, model: type[Case], states: Collection[str], limit: int) -> Sequence[Case]:
    """Cases in `states` some of whose dates rest on days off that were not published, due first, locked."""
    statement = select(model).where(model.provisional, model.state.in_(states)).order_by(model.due_on, model.id)
    return (await session.scalars(statement.limit(limit).with_for_update(skip_locked=True))).all()
