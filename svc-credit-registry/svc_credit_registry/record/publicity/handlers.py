"""What svc-complaints publishes or withholds."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import statutory_date
from shared.events.complaints import ComplaintPublishedV1, ComplaintWithheldV1
from shared.inbox import HandlerContext, handles
from svc_credit_registry.record.publicity import service


@handles(ComplaintPublishedV1)
async def complaint_published(session: AsyncSession, event: ComplaintPublishedV1, context: HandlerContext) -> None:
    """The complaint stands on the record of its respondent."""
    await service.put_on_record(session, event, statutory_date(context.envelope.time))


@handles(ComplaintWithheldV1)
async def complaint_withheld(session: AsyncSession, event: ComplaintWithheldV1, context: HandlerContext) -> None:
    """The complaint is no longer shown."""
    await service.take_off_record(session, event.complaint_id, event.reason, context.envelope.time)


HANDLERS = (complaint_published, complaint_withheld)
