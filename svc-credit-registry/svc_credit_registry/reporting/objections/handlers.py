"""Timed: awaited corrections that have come, and days which new holidays move."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.reporting.objections import queries, service

BATCH = 100


async def settle_corrected(session: AsyncSession, context: SweepContext) -> int:
    """Closes cases whose item was corrected meanwhile; the number closed. Run twice, the second finds nothing."""
    found = await queries.corrected_meanwhile(session, BATCH)
    for case in found:
        await service.settle(session, case, context.today)
    return len(found)


async def recompute_provisional(session: AsyncSession, context: SweepContext) -> int:
    """Moves last days to where the published calendar puts them; the number looked at."""
    found = await queries.outdated(session, BATCH)
    for case in found:
        await service.recompute(session, case)
    return len(found)


SWEEPS = [
    Sweep("objections.settle_corrected", every=30, run=settle_corrected),
    Sweep("objections.recompute_provisional", every=3600, run=recompute_provisional),
]
