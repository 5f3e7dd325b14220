"""Learned from the credit registry: who speaks for an enterprise. Timed: dates move when days off are published."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.credit_registry import EnterpriseRegisteredV1
from shared.inbox import HandlerContext, Sweep, SweepContext, handles
from svc_complaints.cases import queries, service


@handles(EnterpriseRegisteredV1)
async def learn_representative(session: AsyncSession, event: EnterpriseRegisteredV1, context: HandlerContext) -> None:
    """Keeps the account of the enterprise's representative, if the registry names one."""
    if event.representative_id is not None:
        await service.learn_representative(session, event.code, str(event.representative_id), event.registered_on)


HANDLERS = [learn_representative]


BATCH = 100


async def recompute_provisional(session: AsyncSession, context: SweepContext) -> int:
    """Moves running periods to where the published calendar puts them; the number looked at."""
    outdated = await queries.outdated_clocks(session, BATCH)
    suspended = [c for c in await queries.once_suspended_clocks(session) if service.deadline_of(c).due_on != c.due_on]
    for clock in (*outdated, *suspended):
        await service.recompute(session, clock)
    return len(outdated) + len(suspended)


SWEEPS = [Sweep("cases.recompute_provisional", every=3600, run=recompute_provisional)]
