"""Timed: each province's figures are counted once a day, one province in a transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.reporting.published_reports import service


async def count_next(session: AsyncSession, context: SweepContext) -> int:
    """Counts the next province that was not counted today; 0 when all were. Killed, it goes on where it was."""
    return await service.count_next(session, context.today)


SWEEPS = [Sweep("published_reports.count_next", every=300, run=count_next)]
