"""What time does to mandates."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_sso.mandates import service


async def end_over(session: AsyncSession, context: SweepContext) -> int:
    """Ends mandates past their last day, and those of closed accounts."""
    return await service.end_over(session, context.today, context.now)


SWEEPS = [Sweep("end mandates", every=5.0, run=end_over)]
