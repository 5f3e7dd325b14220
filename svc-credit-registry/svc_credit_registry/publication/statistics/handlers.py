"""Timed: every figure is computed and published once a day, one figure in a transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.publication.statistics import service


async def publish_next(session: AsyncSession, context: SweepContext) -> int:
    """Publishes the next figure of the day; 0 when all were. Killed, it goes on with the one it had not finished."""
    return await service.publish_next(session, context.today, context.now)


SWEEPS = [Sweep("statistics.publish_next", every=60, run=publish_next)]
