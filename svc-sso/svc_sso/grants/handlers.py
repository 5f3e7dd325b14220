"""What time does to codes and kept answers."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_sso.grants import service


async def forget_answers(session: AsyncSession, context: SweepContext) -> int:
    """Drops answers which nobody may ask for again."""
    await service.forget_answers(session, context.now)
    return 0


SWEEPS = [Sweep("forget kept answers", every=20.0, run=forget_answers)]
