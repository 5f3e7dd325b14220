"""Timed: what is told of a lead ends with its penalty; leads of before are sealed."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.apart import Apart
from svc_credit_registry.supervision.leads import queries, service
from svc_credit_registry.supervision.leads.queries import Told

AT_ONCE = 50
FOLLOWING: Apart[uuid.UUID] = Apart("leads.follow_penalties")


async def follow_penalties(session: AsyncSession, context: SweepContext) -> int:
    """Shows outcomes as long as their penalties, which repair or a correction may end sooner; how many it changed."""

    async def follow(told: Told) -> None:
        await service.follow_penalty(session, told, context.now)

    found = await queries.adrift(session, AT_ONCE, FOLLOWING.aside(context.now))
    return await FOLLOWING.each(session, [(told.item.id, told) for told in found], follow, context.now)


async def seal(session: AsyncSession, context: SweepContext) -> int:
    """Encrypts what leads of before tell; how many."""
    found = await queries.unsealed(session, AT_ONCE)
    for lead in found:
        lead.seal()
    return len(found)


SWEEPS = [Sweep(FOLLOWING.sweep, every=60, run=follow_penalties), Sweep("leads.seal", every=60, run=seal)]
