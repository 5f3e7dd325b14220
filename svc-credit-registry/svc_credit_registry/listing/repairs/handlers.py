"""Timed: penalties get their term of publication, its end is told, open dates follow the calendar."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.listing.repairs import queries, service
from svc_credit_registry.record.feed import service as feed

AT_ONCE = 100
LOOKED_AT = 5000
TERMS_AT_ONCE = 50
"""Penalties in one transaction: each is locked until its end, and agencies that push them again wait as long."""


async def give_terms(session: AsyncSession, context: SweepContext) -> int:
    """Follows the changes of the record and gives each new penalty its term; how many changes were looked at.

    The position moves in the transaction of the terms, so a run that was cut off goes on where it stood.
    """
    progress = await queries.progress(session)
    last, found = await queries.changes_after(session, progress.position, LOOKED_AT, TERMS_AT_ONCE)
    looked = last - progress.position
    for item in await queries.without_term(session, found):
        await service.give_term(session, item, context.now)
    progress.position = last
    return looked


async def tell_ends(session: AsyncSession, context: SweepContext) -> int:
    """Tells followers of items whose publication has ended: nobody has changed them, the day has."""
    progress = await queries.progress(session)
    after = (progress.told_until, progress.told_item) if progress.told_until else None
    ended = await queries.ended_publications(session, after, context.today, AT_ONCE)
    for item in ended:
        await feed.changed(session, item.code, item.kind, item_id=item.id, day=context.today)
        progress.told_until, progress.told_item = item.publish_until, item.id
    return len(ended)


async def recompute(session: AsyncSession, context: SweepContext) -> int:
    """Computes provisional dates anew, as the notices of days off come; 0, for it is never done."""
    for repair in await queries.provisional(session, AT_ONCE):
        service.refresh(repair)
    return 0


SWEEPS = [
    Sweep("repairs.give_terms", every=5, run=give_terms),
    Sweep("repairs.tell_ends", every=60, run=tell_ends),
    Sweep("repairs.recompute", every=3600, run=recompute),
]
