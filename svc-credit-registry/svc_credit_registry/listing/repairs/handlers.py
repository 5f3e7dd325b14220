"""Timed: open dates follow the calendar."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.listing.periods.queries import provisional
from svc_credit_registry.listing.repairs import service
from svc_credit_registry.listing.repairs.models import Repair
from svc_credit_registry.listing.repairs.queries import OPEN

AT_ONCE = 100


async def recompute(session: AsyncSession, context: SweepContext) -> int:
    """Computes provisional dates anew, as the notices of days off come; 0, for it is never done."""
    for repair in await provisional(session, Repair, OPEN, AT_ONCE):
        service.refresh(repair)
    return 0


SWEEPS = [Sweep("repairs.recompute", every=3600, run=recompute)]
