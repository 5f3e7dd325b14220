"""What ops may see of every service: the ledger of its events, its dead letters, its audit chain."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from shared import audit, errors, inbox
from shared.auth import Access, Caller
from shared.clock import NowDep
from shared.db import Json, SessionDep
from shared.events.envelope import Envelope
from shared.http import Page, Paging, Router, paginate
from shared.inbox import DeadLetter, InboxEvent, InboxPosition, subscriptions
from shared.outbox import OutboxEvent
from shared.runtime import RuntimeDep

Operator = Annotated[Caller, Access("platform:operations")]
Auditor = Annotated[Caller, Access("platform:audit")]

router = Router(prefix="/v1/operations", tags=["operations"])


class LedgerOut(BaseModel):
    """The books of a service: what it recorded, what it has applied of others, what is stuck."""

    service: str
    recorded: dict[str, int]
    pending: int
    applied: dict[str, int]
    handled: int
    dead_letters: int
    waiting: dict[str, int] = Field(description="What else the service has still to do, by its kind")
    audit: dict[str, Any]


class DeadLetterOut(BaseModel):
    """An event which could not be applied."""

    id: int
    consumer: str
    event_id: str
    type: str
    aggregate_id: str
    sequence: int
    error: str
    parked_at: datetime
    replayed_at: datetime | None
    envelope: Json


@router.get("/ledger")
async def show_ledger(caller: Operator, session: SessionDep, runtime: RuntimeDep, request: Request) -> LedgerOut:
    """Events recorded and applied, by aggregate type, and the state of the audit chain, of its last rows alone.

    No event was lost when each consumer's `applied` equals the producer's `recorded` of that aggregate type.
    """
    recorded = await session.execute(
        select(OutboxEvent.aggregate_type, func.count()).group_by(OutboxEvent.aggregate_type)
    )
    applied = await session.execute(
        select(InboxPosition.aggregate_type, func.sum(InboxPosition.sequence)).group_by(InboxPosition.aggregate_type)
    )
    pending = select(func.count()).select_from(OutboxEvent).where(OutboxEvent.published_at.is_(None))
    stuck = select(func.count()).select_from(DeadLetter).where(DeadLetter.replayed_at.is_(None))
    return LedgerOut(
        service=runtime.name,
        recorded={str(k): int(v) for k, v in recorded.all()},
        pending=await session.scalar(pending) or 0,
        applied={str(k): int(v) for k, v in applied.all()},
        handled=await session.scalar(select(func.count()).select_from(InboxEvent)) or 0,
        dead_letters=await session.scalar(stuck) or 0,
        waiting={kind: await count(session) for kind, count in request.app.state.service.work.waiting.items()},
        audit=await audit.verify(session, runtime.name, audit.RECENT_ROWS),
    )


@router.get("/audit")
async def verify_audit(caller: Auditor, session: SessionDep, runtime: RuntimeDep) -> dict[str, Any]:
    """Walks the audit chain of this service and compares it with its anchors."""
    return await audit.verify(session, runtime.name)


@router.get("/dead-letters")
async def list_dead_letters(
    caller: Operator, session: SessionDep, paging: Paging, request: Request, response: Response
) -> Page[DeadLetterOut]:
    """Events which wait for a replay or were replayed, the newest first."""
    found = await paginate(
        session, select(DeadLetter), keys=[DeadLetter.id.desc()], paging=paging, request=request, response=response
    )
    return found.page([_dead_letter_out(row) for row in found.rows])


def _dead_letter_out(row: DeadLetter) -> DeadLetterOut:
    return DeadLetterOut(
        id=row.id,
        consumer=row.consumer,
        event_id=str(row.event_id),
        type=str(row.envelope.get("type")),
        aggregate_id=row.aggregate_id,
        sequence=row.sequence,
        error=row.error,
        parked_at=row.parked_at,
        replayed_at=row.replayed_at,
        envelope=row.envelope,
    )


class NotNext(errors.Conflict):
    code, title, title_zh = "not_next", "An earlier event of this aggregate comes first", "须先重放较早的事件"


@router.post("/dead-letters/{dead_letter_id}/replay")
async def replay(
    dead_letter_id: int, caller: Operator, session: SessionDep, runtime: RuntimeDep, request: Request, now: NowDep
) -> DeadLetterOut:
    """Applies a dead letter now, in the transaction of this request; a failure leaves it where it is."""
    row = await session.get(DeadLetter, dead_letter_id, with_for_update=True)
    if row is None:
        raise errors.NotFound
    envelope = Envelope.model_validate(row.envelope)
    work = request.app.state.service.work
    for subscription in subscriptions(runtime.name, work.handlers):
        if subscription.aggregate_type == envelope.aggregate_type and row.replayed_at is None:
            if await inbox.apply(session, subscription, envelope, runtime) is inbox.Outcome.GAP:
                raise NotNext
            row.replayed_at = now
    await audit.record(
        session, caller, action="dead_letter.replayed", object_type="event", object_id=envelope.id, reason=row.error
    )
    return _dead_letter_out(row)
