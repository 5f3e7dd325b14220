"""What time does to pushed requests."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_sso.pushed import service


async def forget_pushed(session: AsyncSession, context: SweepContext) -> int:
    """Drops pushed requests long past."""
    await service.forget(session, context.now)
    return 0


SWEEPS = [Sweep("forget pushed requests", every=300.0, run=forget_pushed)]
