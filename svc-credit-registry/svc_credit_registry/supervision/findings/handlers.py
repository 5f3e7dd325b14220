"""Timed: results are published by themselves."""

import logging

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import SYSTEM
from shared.errors import DomainError
from shared.inbox import Sweep, SweepContext
from svc_credit_registry.supervision.findings import queries, service

log = logging.getLogger(__name__)

BATCH = 50


async def publish_due(session: AsyncSession, context: SweepContext) -> int:
    """Publishes results whose review is over; the number published. Run twice, the second finds nothing."""
    done = 0
    for task in await queries.to_publish(session, context.today, BATCH):
        try:
            async with session.begin_nested():
                await service.publish(session, SYSTEM, task, context.now)
            done += 1
        except DomainError as refused:  # one that can't be published holds up no other; it stays on the overdue list
            log.warning("a result was not published", extra={"task": task.number, "refused": refused.code})
    return done


async def recount(session: AsyncSession, context: SweepContext) -> int:
    """Counts terms anew, should holidays have been published meanwhile."""
    await service.recount(session, SYSTEM)
    return 0


SWEEPS = [
    Sweep("findings.publish_due", every=60, run=publish_due),
    Sweep("findings.recount", every=3600, run=recount),
]
