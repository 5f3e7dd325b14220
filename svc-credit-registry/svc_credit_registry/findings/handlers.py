"""Timed: results are published by themselves."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import SYSTEM
from shared.inbox import Sweep, SweepContext
from svc_credit_registry.findings import queries, service

BATCH = 50


async def publish_due(session: AsyncSession, context: SweepContext) -> int:
    """Publishes results whose review is over; the number published. Run twice, the second finds nothing."""
    due = await queries.to_publish(session, context.today, BATCH)
    for task in due:
        await service.publish(session, SYSTEM, task, context.now)
    return len(due)


async def recount(session: AsyncSession, context: SweepContext) -> int:
    """Counts terms anew, should holidays have been published meanwhile."""
    await service.recount(session, SYSTEM)
    return 0


SWEEPS = [
    Sweep("findings.publish_due", every=60, run=publish_due),
    Sweep("findings.recount", every=3600, run=recount),
]
