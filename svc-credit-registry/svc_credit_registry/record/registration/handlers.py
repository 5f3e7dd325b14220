"""Decisions of svc-services."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.services import ApplicationDecidedV1
from shared.inbox import HandlerContext, handles
from svc_credit_registry.record.registration import service


@handles(ApplicationDecidedV1)
async def application_decided(session: AsyncSession, event: ApplicationDecidedV1, context: HandlerContext) -> None:
    """A granted establishment is a public enterprise once this commits."""
    await service.apply_decision(session, event)


HANDLERS = (application_decided,)
