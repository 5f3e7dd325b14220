"""Reading requests for correction."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.sharing.corrections.models import CorrectionRequest
from svc_credit_registry.sharing.corrections.rules import CorrectionState

C = CorrectionRequest


def requests(
    concerned: str | None, producer: str | None, state: CorrectionState | None, due_before: date | None
) -> Select[Any]:
    """Requests that concern someone, as producer or as the one who asked; None means any."""
    query = select(C)
    if concerned is not None:
        query = query.where(or_(C.producer == concerned, C.asked_by == concerned))
    if producer is not None:
        query = query.where(C.producer == producer)
    if due_before is not None:
        query = query.where(C.state == CorrectionState.OPEN, C.due_on < due_before)
    return query if state is None else query.where(C.state == state)


async def open_for(session: AsyncSession, producer: str, kind: str, keys: Sequence[str]) -> Sequence[CorrectionRequest]:
    """Requests that wait for the producer, about items with these keys; locked."""
    query = select(C).where(C.producer == producer, C.kind == kind, C.key.in_(keys), C.state == CorrectionState.OPEN)
    return (await session.scalars(query.order_by(C.id).with_for_update())).all()
