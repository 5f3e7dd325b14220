"""Working through files of records, and removing them again, in the background."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.sharing.batches import service


async def work(session: AsyncSession, context: SweepContext) -> int:
    """The next rows of the file whose turn it is."""
    return await service.work(session, context)


async def tidy(session: AsyncSession, context: SweepContext) -> int:
    """What is no longer kept goes from the disk."""
    return await service.tidy(session, context)


SWEEPS = [Sweep("batches.work", every=0.5, run=work), Sweep("batches.tidy", every=600, run=tidy)]
