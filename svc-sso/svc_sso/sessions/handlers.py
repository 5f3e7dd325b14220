"""What time does to sessions."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import SYSTEM
from shared.inbox import Sweep, SweepContext
from svc_sso.sessions import service

BATCH = 100


async def end_overdue(session: AsyncSession, context: SweepContext) -> int:
    """Ends sessions past their idle or absolute limit, so that everyone hears of it and not only those who look."""
    return await service.end_overdue(session, SYSTEM, context.now, BATCH)


SWEEPS = [Sweep("end overdue sessions", every=15.0, run=end_overdue)]
