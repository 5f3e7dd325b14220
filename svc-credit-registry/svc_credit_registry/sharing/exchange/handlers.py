"""Sealing the log of the exchange, in the background."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.sharing.exchange import service


async def seal(session: AsyncSession, context: SweepContext) -> int:
    """Seals the settled entries of the last moments."""
    return await service.seal(session, context)


SWEEPS = [Sweep("exchange.seal", every=1.0, run=seal)]
