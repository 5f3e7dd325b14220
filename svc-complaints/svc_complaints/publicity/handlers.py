"""Timed: what nobody objected to is published."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_complaints.publicity import queries, service

BATCH = 50


async def publish_due(session: AsyncSession, context: SweepContext) -> int:
    """Publishes complaints whose window has passed; the number published. Run twice, the second finds nothing."""
    due = await queries.to_publish(session, context.today, BATCH)
    for complaint in due:
        await service.publish_after_window(session, complaint, context.today)
    return len(due)


SWEEPS = [Sweep("publicity.publish_due", every=60, run=publish_due)]
