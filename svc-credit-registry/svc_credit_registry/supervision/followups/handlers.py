"""Timed sweeps over the lists."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.supervision.followups import service


async def follow_lists(session: AsyncSession, context: SweepContext) -> int:
    """Directs and lifts what the changes of the lists bring by themselves."""
    return await service.follow(session, context.now)


async def settle_measures(session: AsyncSession, context: SweepContext) -> int:
    """Ends measures whose term is over or whose ground is gone."""
    return await service.settle(session, context.now)


SWEEPS = (
    Sweep("measure-followups", every=2, run=follow_lists),
    Sweep("measures-settled", every=600, run=settle_measures),
)
