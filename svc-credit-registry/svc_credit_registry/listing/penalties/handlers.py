"""Timed: penalties get their term of publication, its end is told."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.apart import Apart
from svc_credit_registry.listing.penalties import queries, service
from svc_credit_registry.record.feed import service as feed
from svc_credit_registry.record.records.models import RecordItem

AT_ONCE = 100
TERMS_AT_ONCE = 50
"""Penalties in one transaction: each is locked until its end, and agencies that push them again wait as long."""
GIVING: Apart[uuid.UUID] = Apart("penalties.give_terms")


async def give_terms(session: AsyncSession, context: SweepContext) -> int:
    """Gives each penalty that came on the record without a term its last day of publication; how many."""
    found = await queries.without_term(session, GIVING.aside(context.now), TERMS_AT_ONCE)

    async def act(item: RecordItem) -> None:
        await service.give_term(session, item, context.now)

    return await GIVING.each(session, [(item.id, item) for item in found], act, context.now)


async def tell_ends(session: AsyncSession, context: SweepContext) -> int:
    """Tells followers of items whose publication has ended: nobody has changed them, the day has."""
    progress = await queries.progress(session)
    after = (progress.told_until, progress.told_item) if progress.told_until else None
    ended = await queries.ended_publications(session, after, context.today, AT_ONCE)
    for item in ended:
        await feed.changed(session, item.code, item.kind, item_id=item.id, day=context.today)
        progress.told_until, progress.told_item = item.publish_until, item.id
    return len(ended)


SWEEPS = [
    Sweep("penalties.give_terms", every=5, run=give_terms),
    Sweep("penalties.tell_ends", every=60, run=tell_ends),
]
