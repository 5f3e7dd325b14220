"""What the registry tells of enterprises."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.credit_registry import EnterpriseChangedV1, EnterpriseRegisteredV1
from shared.inbox import HandlerContext, handles
from svc_sso.organisations import service


@handles(EnterpriseRegisteredV1)
async def learn_representative(session: AsyncSession, event: EnterpriseRegisteredV1, context: HandlerContext) -> None:
    """Keeps the enterprise and who represents it."""
    await service.learn(session, event)


@handles(EnterpriseChangedV1)
async def heed_change(session: AsyncSession, event: EnterpriseChangedV1, context: HandlerContext) -> None:
    """Keeps the name which the enterprise bears by now, and lets nobody represent it whose successor stands there."""
    await service.follow(session, event)


HANDLERS = [learn_representative, heed_change]
