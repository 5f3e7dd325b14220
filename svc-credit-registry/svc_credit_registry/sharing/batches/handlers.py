"""Working through files of records, in the background."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.sharing.batches import service


async def work(session: AsyncSession, context: SweepContext) -> int:
    """The next rows of the file whose turn it is."""
    return await service.work(session, context)


SWEEPS = [Sweep("batches.work", every=0.5, run=work)]
