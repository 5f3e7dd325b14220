"""Timed: sizes follow the annual reports that were published."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.reporting.small_micro import service

BATCH = 200


async def classify(session: AsyncSession, context: SweepContext) -> int:
    """Tells sizes from new reports; how many. Run twice, the second finds nothing; killed, it goes on where it was."""
    return await service.classify_next(session, context.today, BATCH)


SWEEPS = [Sweep("small_micro.classify", every=10, run=classify)]
