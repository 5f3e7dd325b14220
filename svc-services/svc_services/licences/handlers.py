"""What the register tells."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import today
from shared.events.credit_registry import EnterpriseRegisteredV1
from shared.inbox import HandlerContext, handles
from svc_services.licences import service


@handles(EnterpriseRegisteredV1)
async def issue_licence(session: AsyncSession, event: EnterpriseRegisteredV1, context: HandlerContext) -> None:
    """Completes the application with a licence."""
    await service.complete(session, event, today())


HANDLERS = [issue_licence]
