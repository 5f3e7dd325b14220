"""Names that are held or set free in svc-services."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.services import NameReservationReleasedV1, NameReservedV1
from shared.inbox import HandlerContext, handles
from svc_credit_registry.discovery.names import service


@handles(NameReservedV1)
async def name_reserved(session: AsyncSession, event: NameReservedV1, context: HandlerContext) -> None:
    """The name is in everyone else's way now."""
    await service.hold(session, event)


@handles(NameReservationReleasedV1)
async def name_released(session: AsyncSession, event: NameReservationReleasedV1, context: HandlerContext) -> None:
    """The name is free, or an enterprise bears it."""
    await service.release(session, event.reservation_id, event.reason)


HANDLERS = (name_reserved, name_released)
