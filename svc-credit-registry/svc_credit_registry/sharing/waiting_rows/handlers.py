"""Looking again, in the background, whose waiting rows are."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.sharing.matching.service import index_of
from svc_credit_registry.sharing.waiting_rows import service


async def look_again(session: AsyncSession, context: SweepContext) -> int:
    """Rows that nobody could place an hour ago may be placed now."""
    return await service.look_again(session, index_of(context.runtime.settings), context.now)


SWEEPS = [Sweep(service.SWEEP, every=60.0, run=look_again)]
