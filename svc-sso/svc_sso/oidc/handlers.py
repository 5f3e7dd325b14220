"""What time does to waiting requests."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_sso.oidc import service


async def forget_requests(session: AsyncSession, context: SweepContext) -> int:
    """Drops requests which nobody answered in time."""
    await service.forget_requests(session, context.now)
    return 0


SWEEPS = [Sweep("forget log-in requests", every=60.0, run=forget_requests)]
