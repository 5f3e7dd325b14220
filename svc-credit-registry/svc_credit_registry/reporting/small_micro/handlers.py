"""Timed: sizes follow the annual reports that were published."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from shared.inbox import Sweep, SweepContext
from svc_credit_registry.apart import Apart
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.reporting.filings.models import AnnualReport, ReportRevision
from svc_credit_registry.reporting.small_micro import queries, service

BATCH = 200
CLASSIFYING: Apart[uuid.UUID] = Apart("small_micro.classify")


async def classify(session: AsyncSession, context: SweepContext) -> int:
    """Tells sizes from new reports; how many. Run twice, the second finds nothing; killed, it goes on where it was.

    A report that can't be read holds up no other.
    """

    async def tell(found: tuple[AnnualReport, ReportRevision, Enterprise]) -> None:
        await service.tell(session, *found, context.today)

    rows = await queries.unclassified(session, BATCH, CLASSIFYING.aside(context.now))
    return await CLASSIFYING.each(session, [(found[0].id, found) for found in rows], tell, context.now)


SWEEPS = [Sweep(CLASSIFYING.sweep, every=10, run=classify)]
