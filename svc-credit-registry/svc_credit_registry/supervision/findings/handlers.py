"""Timed: results are published by themselves."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import SYSTEM
from shared.inbox import Sweep, SweepContext
from svc_credit_registry.apart import Apart
from svc_credit_registry.supervision.findings import queries, service
from svc_credit_registry.supervision.inspections.models import InspectionTask

BATCH = 50
PUBLISHING: Apart[uuid.UUID] = Apart("findings.publish_due")


async def publish_due(session: AsyncSession, context: SweepContext) -> int:
    """Publishes results whose review is over; the number published. Run twice, the second finds nothing.

    One that can't be published holds up no other; it stays on the overdue list.
    """

    async def publish(task: InspectionTask) -> None:
        await service.publish(session, SYSTEM, task, context.now)

    found = await queries.to_publish(session, context.today, BATCH, PUBLISHING.aside(context.now))
    return await PUBLISHING.each(session, [(task.id, task) for task in found], publish, context.now)


async def recount(session: AsyncSession, context: SweepContext) -> int:
    """Counts terms anew, should holidays have been published meanwhile."""
    await service.recount(session, SYSTEM)
    return 0


SWEEPS = [
    Sweep(PUBLISHING.sweep, every=60, run=publish_due),
    Sweep("findings.recount", every=3600, run=recount),
]
