"""Timed work on names."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_services.names import service


async def expire_reservations(session: AsyncSession, context: SweepContext) -> int:
    """Lets names go whose last day has passed."""
    return await service.release_expired(session, context.today, limit=100)


SWEEPS = [Sweep("names.expire", every=60.0, run=expire_reservations)]
