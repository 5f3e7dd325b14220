"""Timed: orders that expire unfulfilled lead to a proposal for the list."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.apart import Apart
from svc_credit_registry.reporting.publication_orders import queries, service
from svc_credit_registry.reporting.publication_orders.models import PublicationOrder

BATCH = 100
PROPOSING: Apart[uuid.UUID] = Apart("publication_orders.propose")


async def propose(session: AsyncSession, context: SweepContext) -> int:
    """Proposes the enterprises of expired orders; how many orders. Run twice, the second finds nothing."""

    async def act(found: PublicationOrder) -> None:
        await service.propose_listing(session, found, context.today)

    rows = await queries.expired(session, context.today, BATCH, PROPOSING.aside(context.now))
    return await PROPOSING.each(session, [(found.id, found) for found in rows], act, context.now)


SWEEPS = [Sweep(PROPOSING.sweep, every=60, run=propose)]
