"""Timed: every month every entity is classified, a stretch of codes at a time."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.settings import Settings
from svc_credit_registry.supervision.risk import queries, service

JOINING = 5_000
"""Changes of the register that are looked through for newcomers at a time, while no run is under way."""


async def classify(session: AsyncSession, context: SweepContext) -> int:
    """Begins the run of the month where it is missing, and carries on the one under way by one stretch;
    without one, gives a class to who has come into the register since.

    A process that was killed, or a service that was away for days, goes on behind the last stretch that was committed.
    """
    run = await queries.running(session)
    if run is None and await service.begin_monthly(session, context.today, context.now) is not None:
        return 1  # by itself, so that whoever would begin one too does not wait for a stretch
    if run is not None:
        settings = context.runtime.settings
        assert isinstance(settings, Settings)
        return await service.advance(session, run, settings.risk_stretch, context.now)
    return await service.join(session, context.today, context.now, JOINING)


SWEEPS = [Sweep("risk.classify", every=5, run=classify)]
