"""Reading requests for correction."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select, text
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


# The state of publication is left out: repair and the passing of time change it, and correct nothing.
_CORRECTED = text(
    """
    SELECT r.id, s.id FROM record_correction_requests r
    JOIN record_items a ON a.id = r.item_id
    LEFT JOIN record_items s
        ON s.producer = r.producer AND s.kind = r.kind AND s.key = r.key AND s.superseded_at IS NULL
    WHERE r.state = 'open' AND (s.id IS NULL OR
        (s.content - 'state', s.code, s.basis, s.produced_on, s.effective_from, s.effective_until)
        IS DISTINCT FROM (a.content - 'state', a.code, a.basis, a.produced_on, a.effective_from, a.effective_until))
    ORDER BY r.id LIMIT :limit FOR UPDATE OF r SKIP LOCKED
    """
)


async def corrected_meanwhile(session: AsyncSession, limit: int) -> Mapping[uuid.UUID, uuid.UUID | None]:
    """Open requests, locked, whose item is off the record (None) or says something else: then what stands now."""
    return {row[0]: row[1] for row in await session.execute(_CORRECTED, {"limit": limit})}


async def by_ids(session: AsyncSession, ids: Sequence[uuid.UUID]) -> Sequence[CorrectionRequest]:
    """These requests."""
    return (await session.scalars(select(C).where(C.id.in_(ids)).order_by(C.id))).all()
