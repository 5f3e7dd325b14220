"""Reading cases of verification."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, false, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.codes import regions
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.reporting.objections.models import SERIAL, Objection, ObjectionStep
from svc_credit_registry.reporting.objections.rules import (
    MATTER,
    OFFICER_STATES,
    REGISTRATION,
    ObjectionState,
    terms_on,
)

LOCK = 37


async def next_serial(session: AsyncSession) -> int:
    """The next serial of a number; gaps are normal, it starts again after 999,999."""
    return int(await session.scalar(select(SERIAL.next_value())) or 0)


async def find(session: AsyncSession, objection_id: uuid.UUID, *, lock: bool = False) -> Objection | None:
    """One case, locked until the transaction ends if asked."""
    statement = select(Objection).where(Objection.id == objection_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).one_or_none()


def asked_by(caller: Caller) -> Select[Any]:
    """What the caller has asked, for himself or for the enterprise for which he acts now."""
    if caller.org is None:
        return select(Objection).where(Objection.asker_id == caller.subject, Objection.asker_org.is_(None))
    mine = Objection.asker_org == caller.org if caller.acts_for(caller.org, MATTER) else false()
    return select(Objection).where(mine)


def to_answer(caller: Caller) -> Select[Any]:
    """Cases in which the caller's unit or enterprise is asked for an answer, or for a correction."""
    waits = Objection.state.in_((ObjectionState.PRODUCER_ASKED, ObjectionState.AWAITING_CORRECTION))
    producers = [p for p in (caller.unit, caller.org) if p is not None and (p == caller.unit or speaks_for(caller, p))]
    return select(Objection).where(waits, Objection.item_producer.in_(producers))


def speaks_for(caller: Caller, producer: str) -> bool:
    """Whether the caller answers for what `producer` put on the record."""
    return caller.acts_for(producer, MATTER) or (caller.unit is not None and caller.unit == producer)


def queue(region: str | None, states: Sequence[ObjectionState], overdue_on: date | None) -> Select[Any]:
    """Cases of a region and below in these states, only overdue ones if asked."""
    if region is None:
        return select(Objection).where(false())
    statement = select(Objection).where(
        Objection.region.startswith(regions.prefix(region), autoescape=True), Objection.state.in_(states)
    )
    return statement if overdue_on is None else statement.where(Objection.due_on < overdue_on)


def about(code: str) -> Select[Any]:
    """The cases about an enterprise that were not withdrawn."""
    return select(Objection).where(Objection.code == code, Objection.state != ObjectionState.WITHDRAWN)


async def doubted(session: AsyncSession, code: str) -> set[uuid.UUID]:
    """The items of an enterprise which are under verification now."""
    running = (Objection.item_id.is_not(None), Objection.state.in_(OFFICER_STATES))
    return set(await session.scalars(select(Objection.item_id).where(Objection.code == code, *running)))


async def one_at_a_time(session: AsyncSession, asker_id: str) -> None:
    """Whoever asks twice at once waits with the second until the first is there and counted."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(asker_id, LOCK))))


async def has_open(session: AsyncSession, asker_id: str, kind: str, producer: str, key: str) -> bool:
    """Whether a person has asked about this item already and is not answered yet."""
    same = (Objection.item_kind == kind, Objection.item_producer == producer, Objection.item_key == key)
    running = Objection.state.in_(OFFICER_STATES)
    statement = select(Objection.id).where(Objection.asker_id == asker_id, *same, running)
    return (await session.scalar(statement.limit(1))) is not None


async def open_count(session: AsyncSession, asker_id: str) -> int:
    """How many cases of a person are not answered yet."""
    statement = select(func.count()).where(Objection.asker_id == asker_id, Objection.state.in_(OFFICER_STATES))
    return int(await session.scalar(statement) or 0)


async def steps(session: AsyncSession, objection_id: uuid.UUID) -> Sequence[ObjectionStep]:
    """What was done on a case, the oldest first."""
    statement = select(ObjectionStep).where(ObjectionStep.objection_id == objection_id)
    return (await session.scalars(statement.order_by(ObjectionStep.id))).all()


async def corrected_meanwhile(session: AsyncSession, limit: int) -> Sequence[Objection]:
    """Cases that await a correction which has come: the item has a later version, or is off the record. Locked."""
    same = (
        RecordItem.producer == Objection.item_producer,
        RecordItem.kind == Objection.item_kind,
        RecordItem.key == Objection.item_key,
    )
    later = select(RecordItem.id).where(*same, RecordItem.version > Objection.item_version).exists()
    stands = select(RecordItem.id).where(*same, RecordItem.superseded_at.is_(None)).exists()
    changed = select(Enterprise.code).where(
        Enterprise.code == Objection.code, Enterprise.version > Objection.item_version
    )  # fmt: skip
    registration = Objection.item_kind == REGISTRATION
    done = or_(~registration & (later | ~stands), registration & changed.exists())
    statement = select(Objection).where(Objection.state == ObjectionState.AWAITING_CORRECTION, done)
    return (await session.scalars(statement.limit(limit).with_for_update(skip_locked=True))).all()


async def outdated(session: AsyncSession, limit: int) -> Sequence[Objection]:
    """Running cases whose last day the calendar of today puts elsewhere, or confirms. Locked.

    Few distinct days are running at a time, so each is computed once, however many cases share it.
    """
    running = (Objection.provisional, Objection.state.in_(OFFICER_STATES))
    period = (Objection.received_on, Objection.due_on)
    stale = []
    for received_on, due_on in (await session.execute(select(*period).where(*running).distinct())).all():
        deadline = terms_on(received_on).answer.deadline(received_on)
        if deadline.due_on != due_on or not deadline.provisional:
            stale.append((received_on, due_on))
    if not stale:
        return []
    statement = select(Objection).where(*running, tuple_(*period).in_(stale)).limit(limit)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()
