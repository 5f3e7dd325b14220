"""What the hub clears away by itself."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.hub import queries
from shared.inbox import Sweep, SweepContext

KEPT_DAYS = 365


async def forget_incidents(session: AsyncSession, context: SweepContext) -> int:
    """Keeps the record of incidents for a year."""
    await queries.forget(session, context.now - timedelta(days=KEPT_DAYS))
    return 0


SWEEPS = [Sweep("hub.incidents", every=3600.0, run=forget_incidents)]
