"""What time does to sign-in counts."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_sso.sign_ins import service


async def forget_counts(session: AsyncSession, context: SweepContext) -> int:
    """Drops counts which no rule looks at any more."""
    await service.forget_counts(session, context.now)
    return 0


SWEEPS = [Sweep("forget sign-in counts", every=300.0, run=forget_counts)]
