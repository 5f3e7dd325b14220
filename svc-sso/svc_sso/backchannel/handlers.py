"""What time does to notices."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_sso.backchannel import service
from svc_sso.notices import service as notices

LATE = timedelta(minutes=10)


async def tell(session: AsyncSession, context: SweepContext) -> int:
    """Tells clients of ended log-ins; the calls use no connection of the database."""
    return await service.tell_due(context.runtime)


async def find_missing(session: AsyncSession, context: SweepContext) -> int:
    """Notes clients which got tokens while their log-in was being ended."""
    return await notices.write_missing(session, context.now - LATE)


SWEEPS = [
    Sweep("tell clients of log-outs", every=0.5, run=tell),
    Sweep("find clients to tell", every=30.0, run=find_missing),
]
