"""Timed: each sweep does a bounded piece in one transaction; killed in the middle, the next one goes on."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.listing.escalation import service
from svc_credit_registry.listing.hearings import queries as hearings
from svc_credit_registry.listing.hearings import service as hearing_service
from svc_credit_registry.listing.hearings.models import ListHearing
from svc_credit_registry.listing.list_objections import queries as objections
from svc_credit_registry.listing.list_objections import service as objection_service
from svc_credit_registry.listing.list_objections.models import ListObjection
from svc_credit_registry.listing.lists import queries as entries
from svc_credit_registry.listing.lists import service as lists
from svc_credit_registry.listing.lists.models import ListEntry
from svc_credit_registry.listing.lists.rules import State
from svc_credit_registry.listing.periods.queries import provisional
from svc_credit_registry.listing.removals import queries as removals
from svc_credit_registry.listing.removals import service as removal_service
from svc_credit_registry.listing.removals.models import Removal

WARNED_AT_ONCE = 1000
AT_ONCE = 50


async def warn(session: AsyncSession, context: SweepContext) -> int:
    """Warnings 60 days before three years are over."""
    return await service.warn(session, context.now, WARNED_AT_ONCE)


async def escalate(session: AsyncSession, context: SweepContext) -> int:
    """Proposals for the serious list after three years."""
    return await service.escalate(session, context.now, AT_ONCE)


async def expire(session: AsyncSession, context: SweepContext) -> int:
    """Ends of terms on the serious list."""
    return await service.expire(session, context.now, AT_ONCE)


async def go_on(session: AsyncSession, context: SweepContext) -> int:
    """Entries of enterprises whose code was changed go on under the new one."""
    return await service.go_on(session, context.now, AT_ONCE)


async def lapse(session: AsyncSession, context: SweepContext) -> int:
    """Ends of what was asked about entries that have ended otherwise."""
    return await service.lapse(session, context.today)


async def recompute(session: AsyncSession, context: SweepContext) -> int:
    """Provisional dates anew, as the notices of days off come; how many entries on the lists had others."""
    for proposed in await provisional(session, ListEntry, (State.PROPOSED,), AT_ONCE):
        await lists.recompute(session, proposed, context.today)
    outdated = await entries.outdated(session, AT_ONCE)
    for entry in outdated:
        await lists.recompute(session, entry, context.today)
    for objection in await provisional(session, ListObjection, objections.OPEN, AT_ONCE):
        objected = await entries.find(session, objection.entry_id)
        if objected is not None:
            objection_service.refresh(objection, objected)
    for hearing in await provisional(session, ListHearing, hearings.OPEN, AT_ONCE):
        hearing_service.refresh(hearing)
    for removal in await provisional(session, Removal, removals.OPEN, AT_ONCE):
        asked = await entries.find(session, removal.entry_id)
        if asked is not None:
            removal_service.refresh(removal, asked)
    return len(outdated)


SWEEPS = [
    Sweep("lists.warn", every=60, run=warn),
    Sweep("lists.escalate", every=60, run=escalate),
    Sweep("lists.expire", every=60, run=expire),
    Sweep("lists.go_on", every=600, run=go_on),
    Sweep("lists.lapse", every=60, run=lapse),
    Sweep("lists.recompute", every=3600, run=recompute),
]
