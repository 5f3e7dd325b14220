"""Timed: sizes follow the annual reports that were published."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.apart import Apart
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.reporting.filings.models import AnnualReport, ReportRevision
from svc_credit_registry.reporting.small_micro import queries, service

BATCH = 200
LOOKED_AT = 5000
CLASSIFYING: Apart[uuid.UUID] = Apart("small_micro.classify")


async def classify(session: AsyncSession, context: SweepContext) -> int:
    """Tells sizes from new reports; how many. Run twice, the second finds nothing; killed, it goes on where it was.

    A report that can't be read holds up no other.
    """

    async def tell(found: tuple[AnnualReport, ReportRevision, Enterprise]) -> None:
        await service.tell(session, *found, context.today)

    rows = await queries.unclassified(session, BATCH, CLASSIFYING.aside(context.now))
    return await CLASSIFYING.each(session, [(found[0].id, found) for found in rows], tell, context.now)


async def follow(session: AsyncSession, context: SweepContext) -> int:
    """Has sizes told anew where an enterprise has moved to another region or industry; how many changes it looked at.

    The position moves in the transaction of what follows from it, so a run that was cut off goes on where it stood.
    """
    progress = await queries.progress(session)
    last, moved = await queries.changed_after(session, progress.position, LOOKED_AT)
    if moved:
        await queries.tell_anew(session, moved)
    looked, progress.position = last - progress.position, last
    return looked


SWEEPS = [
    Sweep(CLASSIFYING.sweep, every=10, run=classify),
    Sweep("small_micro.follow", every=60, run=follow),
]
