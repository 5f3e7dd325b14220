"""What time does to factors which are being set up."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_sso.factors import service


async def forget_enrolments(session: AsyncSession, context: SweepContext) -> int:
    """Drops what nobody finished setting up in time."""
    await service.forget_enrolments(session, context.now)
    return 0


SWEEPS = [Sweep("forget unfinished enrolments", every=300.0, run=forget_enrolments)]
