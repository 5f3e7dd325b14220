"""Timed: awaited corrections that have come."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.sharing.corrections import service

AT_ONCE = 100


async def settle_corrected(session: AsyncSession, context: SweepContext) -> int:
    """Closes requests whose item was corrected meanwhile."""
    return await service.settle(session, context.today, AT_ONCE)


SWEEPS = [Sweep("corrections.settle_corrected", every=30, run=settle_corrected)]
