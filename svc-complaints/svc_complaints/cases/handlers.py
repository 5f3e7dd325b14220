"""Learned from the credit registry: who speaks for an enterprise."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.credit_registry import EnterpriseRegisteredV1
from shared.inbox import HandlerContext, handles
from svc_complaints.cases import service


@handles(EnterpriseRegisteredV1)
async def learn_representative(session: AsyncSession, event: EnterpriseRegisteredV1, context: HandlerContext) -> None:
    """Keeps the account of the enterprise's representative, if the registry names one."""
    if event.representative_id is not None:
        await service.learn_representative(session, event.code, str(event.representative_id), event.registered_on)


HANDLERS = [learn_representative]
