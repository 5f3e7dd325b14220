"""Timed: the automatic listing goes on by pages until a pass is over."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import statutory_date
from shared.inbox import Sweep, SweepContext
from svc_credit_registry.listing.annual_listing import rules, service
from svc_credit_registry.settings import Settings

PAGE = 2000


async def list_unreported(session: AsyncSession, context: SweepContext) -> int:
    """One page of the run that is due; how many enterprises were looked at, 0 when none is due or a pass is over."""
    settings = context.runtime.settings
    assert isinstance(settings, Settings), "the worker of this service runs on its own settings"
    day = statutory_date(context.now - rules.ON_THEIR_WAY)
    run = await service.due_run(session, settings.annual_listing_first_year, day)
    return 0 if run is None else await service.list_page(session, run, context.now, PAGE)


SWEEPS = [Sweep("annual_listing.list_unreported", every=60, run=list_unreported)]
