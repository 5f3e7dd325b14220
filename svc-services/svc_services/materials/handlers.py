"""Timed work on uploads."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext

UNFINISHED_SECONDS = 24 * 3600.0


async def remove_unfinished(session: AsyncSession, context: SweepContext) -> int:
    """Removes what uploads left that broke off a day ago, as when a process was killed."""
    await context.runtime.files.sweep_temporary(UNFINISHED_SECONDS)
    return 0


SWEEPS = [Sweep("materials.remove_unfinished", every=3600.0, run=remove_unfinished)]
