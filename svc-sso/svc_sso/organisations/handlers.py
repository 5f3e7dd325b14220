"""What the registry tells of enterprises."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.credit_registry import EnterpriseRegisteredV1
from shared.inbox import HandlerContext, handles
from svc_sso.organisations import service


@handles(EnterpriseRegisteredV1)
async def learn_representative(session: AsyncSession, event: EnterpriseRegisteredV1, context: HandlerContext) -> None:
    """Keeps the enterprise and who represents it."""
    await service.learn(session, event)


HANDLERS = [learn_representative]
