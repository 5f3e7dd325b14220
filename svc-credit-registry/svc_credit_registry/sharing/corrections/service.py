"""Errors go back to who produced them: asking, and the producer's answer by a new version or with reasons."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.calendar import Deadline
from shared.http import check_version
from svc_credit_registry.cases.queries import next_serial
from svc_credit_registry.cases.schemas import copied
from svc_credit_registry.record.records import queries as records
from svc_credit_registry.sharing.corrections import queries, rules
from svc_credit_registry.sharing.corrections.errors import (
    CorrectionClosed,
    CorrectionOpen,
    CorrectionUnknown,
    ItemUnknown,
)
from svc_credit_registry.sharing.corrections.models import NUMBERS, CorrectionRequest
from svc_credit_registry.sharing.corrections.rules import CorrectionState, Origin
from svc_credit_registry.sharing.corrections.schemas import CorrectionOut, CorrectionRequestIn
from svc_credit_registry.sharing.exchange.service import requester_of


@dataclass(frozen=True)
class Noticed:
    """Where a request for correction comes from: staff, an agency, or an objection with its id."""

    origin: Origin
    origin_id: str | None = None


async def ask(
    session: AsyncSession, caller: Caller, given: CorrectionRequestIn, noticed: Noticed, today: date
) -> CorrectionRequest:
    """Asks the producer of an item to look at it; 404 for an unknown item, 409 when the same was asked and is open.

    Other modules call it too: an objection found right against an agency's item goes this way.
    """
    item = await records.by_id(session, given.item_id)
    if item is None:
        raise ItemUnknown
    asked_by = requester_of(caller)
    waiting = await queries.open_for(session, item.producer, item.kind, [item.key])
    own = next((row for row in waiting if row.asked_by == asked_by), None)
    if own is not None:
        raise CorrectionOpen(number=own.number)
    due = rules.answer_due(today)
    number = await next_serial(session, NUMBERS)
    row = CorrectionRequest(
        number=f"GZ{today:%Y%m%d}{number:06d}",
        item_id=item.id,
        code=item.code,
        kind=item.kind,
        key=item.key,
        producer=item.producer,
        **given.model_dump(exclude={"item_id"}),
        origin=noticed.origin,
        origin_id=noticed.origin_id,
        asked_by=asked_by,
        asked_on=today,
        deadline=due.to_json(),
        due_on=due.due_on,
    )
    session.add(row)
    await session.flush()
    await _audit(session, caller, "asked", row, given.fault)
    return row


async def answered(
    session: AsyncSession, caller: Caller, of: tuple[str, str], items: Mapping[str, uuid.UUID | None], today: date
) -> None:
    """Closes what waits for the producer, now that it has pushed new versions, or ended items (no id): by key.

    `of` are producer and kind. Whoever takes versions from producers calls it.
    """
    producer, kind = of
    for row in await queries.open_for(session, producer, kind, sorted(items)):
        await _correct(session, caller, row, items[row.key], today)


async def settle(session: AsyncSession, today: date, limit: int) -> int:
    """Closes what was corrected without a push: by a unit of market regulation in its own cases, or by an enterprise in
    what it had reported. How many; run twice, the second finds nothing.
    """
    found = await queries.corrected_meanwhile(session, limit)
    for row in await queries.by_ids(session, list(found)):
        await _correct(session, audit.SYSTEM, row, found[row.id], today)
    return len(found)


async def _correct(
    session: AsyncSession, caller: Caller, row: CorrectionRequest, item_id: uuid.UUID | None, today: date
) -> None:
    row.state, row.answered_on, row.corrected_item_id = CorrectionState.CORRECTED, today, item_id
    await _audit(session, caller, "corrected", row, None)


async def refuse(
    session: AsyncSession, caller: Caller, request_id: uuid.UUID, version: int, given: tuple[str, date]
) -> CorrectionRequest:
    """The producer has looked and finds nothing wrong; `given` are its reasons and the day."""
    reason, today = given
    row = await _open(session, request_id, version, producer=requester_of(caller))
    row.state, row.answer, row.answered_on = CorrectionState.REFUSED, reason, today
    await session.flush()
    await _audit(session, caller, "refused", row, reason)
    return row


async def withdraw(session: AsyncSession, caller: Caller, request_id: uuid.UUID, version: int) -> CorrectionRequest:
    """Who asked takes it back."""
    row = await _open(session, request_id, version, asked_by=requester_of(caller))
    row.state = CorrectionState.WITHDRAWN
    await session.flush()
    await _audit(session, caller, "withdrawn", row, None)
    return row


async def _open(session: AsyncSession, request_id: uuid.UUID, version: int, **whose: str) -> CorrectionRequest:
    """The request, locked; whose business it is not learns nothing of it, neither its version nor its state."""
    row = await session.get(CorrectionRequest, request_id, with_for_update=True)
    if row is None or any(getattr(row, name) != party for name, party in whose.items()):
        raise CorrectionUnknown
    check_version(row, version)
    if row.state != CorrectionState.OPEN:
        raise CorrectionClosed(state=row.state)
    return row


async def find(session: AsyncSession, request_id: uuid.UUID, concerned: str | None) -> CorrectionRequest:
    """A request for those whom it concerns, for anyone when that is None; 404 for all others."""
    row = await session.get(CorrectionRequest, request_id)
    if row is None or (concerned is not None and concerned not in (row.producer, row.asked_by)):
        raise CorrectionUnknown
    return row


async def _audit(session: AsyncSession, caller: Caller, act: str, row: CorrectionRequest, reason: str | None) -> None:
    after: dict[str, Any] = {"number": row.number, "item": row.item_id, "producer": row.producer, "state": row.state}
    await audit.record(
        session, caller, action=f"correction.{act}", object_type="correction_request", object_id=row.id, after=after,
        reason=reason,
    )  # fmt: skip


def shown(row: CorrectionRequest, today: date, *, english: bool) -> CorrectionOut:
    """A request for correction as it goes out."""
    return CorrectionOut(
        **copied(row, CorrectionOut),
        state_label=rules.STATE_LABELS[CorrectionState(row.state)][english],
        basis=Deadline.from_json(dict(row.deadline)).basis,
        is_overdue=row.state == CorrectionState.OPEN and row.due_on < today,
    )
