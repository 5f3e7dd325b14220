"""Timed: the law ends mediations which took too long."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_complaints.mediation import queries, service

BATCH = 50


async def end_overdue_mediations(session: AsyncSession, context: SweepContext) -> int:
    """Ends mediations past their last day without agreement; the number ended. Run twice, the second finds nothing."""
    overdue = await queries.ended_by_law(session, context.today, BATCH)
    for complaint in overdue:
        await service.conclude_by_law(session, complaint, context.today)
    return len(overdue)


SWEEPS = [Sweep("mediation.end_overdue", every=60, run=end_overdue_mediations)]
