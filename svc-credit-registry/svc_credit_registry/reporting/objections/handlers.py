"""Timed: awaited corrections that have come, and days which new holidays move."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.apart import Apart
from svc_credit_registry.reporting.objections import queries, service
from svc_credit_registry.reporting.objections.models import Objection

BATCH = 100
SETTLING: Apart[uuid.UUID] = Apart("objections.settle_corrected")


async def settle_corrected(session: AsyncSession, context: SweepContext) -> int:
    """Closes cases whose item was corrected meanwhile; the number closed. Run twice, the second finds nothing.

    One that can't be closed holds up no other.
    """

    async def settle(case: Objection) -> None:
        await service.settle(session, None, case, context.today)

    found = await queries.corrected_meanwhile(session, BATCH, SETTLING.aside(context.now))
    return await SETTLING.each(session, [(case.id, case) for case in found], settle, context.now)


async def recompute_provisional(session: AsyncSession, context: SweepContext) -> int:
    """Moves last days to where the published calendar puts them; the number looked at."""
    found = await queries.outdated(session, BATCH)
    for case in found:
        await service.recompute(session, case)
    return len(found)


SWEEPS = [
    Sweep(SETTLING.sweep, every=30, run=settle_corrected),
    Sweep("objections.recompute_provisional", every=3600, run=recompute_provisional),
]
