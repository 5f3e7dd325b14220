"""What time does to what was used."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_sso.assertions import service


async def forget_spent(session: AsyncSession, context: SweepContext) -> int:
    """Drops assertions and proofs which have run out."""
    await service.forget(session, context.now)
    return 0


SWEEPS = [Sweep("forget used assertions", every=60.0, run=forget_spent)]
