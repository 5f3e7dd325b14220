"""Reading cases of verification."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, false, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from svc_credit_registry.cases import queries as cases
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
    return await cases.next_serial(session, SERIAL)


async def find(session: AsyncSession, objection_id: uuid.UUID, *, lock: bool = False) -> Objection | None:
    """One case, locked until the transaction ends if asked."""
    return await cases.by_id(session, Objection, objection_id, lock=lock)


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
    statement = select(Objection).where(cases.within(Objection.region, region), Objection.state.in_(states))
    return statement if overdue_on is None else statement.where(Objection.due_on < overdue_on)


def about(code: str, today: date) -> Select[Any]:
    """The cases about an enterprise that were not withdrawn, as long as the item they are about is published, by the
    latest word about it: else they would tell of what nobody sees any more.
    """
    R = RecordItem  # noqa: N806 - read as a table
    last_word = (
        select(func.coalesce(R.publish_until, date.max))
        .where(R.producer == Objection.item_producer, R.kind == Objection.item_kind, R.key == Objection.item_key)
        .order_by(R.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    is_shown = Objection.item_id.is_(None) | (last_word >= today)
    return select(Objection).where(Objection.code == code, Objection.state != ObjectionState.WITHDRAWN, is_shown)


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


# What a version says, as one document in which the pointer of a case is looked up. The state of publication is left out
# unless somebody doubts it: repair and the passing of time change it, and correct nothing.
_CORRECTED = text(
    r"""
    WITH awaited AS (
        SELECT id, code, item_kind, item_producer, item_key, item_version,
            CASE WHEN pointer IS NOT NULL THEN string_to_array(
                replace(replace(substr(pointer, 2), '~1', chr(1)), '~0', '~'), '/') END AS path
        FROM record_objections WHERE state = 'awaiting_correction' AND id <> ALL (CAST(:aside AS uuid[]))
    ), said AS (
        SELECT a.id, a.path, true AS of_item,
            CASE WHEN d.id IS NULL THEN NULL ELSE d.content || jsonb_build_object('/code', d.code, '/basis', d.basis,
                '/from', d.effective_from, '/until', d.effective_until, '/on', d.produced_on) END AS before,
            CASE WHEN s.id IS NULL THEN NULL ELSE s.content || jsonb_build_object('/code', s.code, '/basis', s.basis,
                '/from', s.effective_from, '/until', s.effective_until, '/on', s.produced_on) END AS after
        FROM awaited a
        LEFT JOIN record_items d ON d.producer = a.item_producer AND d.kind = a.item_kind AND d.key = a.item_key
            AND d.version = a.item_version
        LEFT JOIN record_items s ON s.producer = a.item_producer AND s.kind = a.item_kind AND s.key = a.item_key
            AND s.superseded_at IS NULL
        WHERE a.item_kind <> :registration
        UNION ALL
        SELECT a.id, a.path, false, to_jsonb(v), to_jsonb(e)
        FROM awaited a JOIN enterprises e ON e.code = a.code
        JOIN enterprise_versions v ON v.code = a.code AND v.version = a.item_version
        WHERE a.item_kind = :registration
    ), compared AS (
        SELECT id, path, of_item, before, after,
            (SELECT array_agg(replace(p, chr(1), '/')) FROM unnest(path) AS p) AS place
        FROM said
    )
    SELECT id FROM compared
    WHERE after IS NULL OR CASE
        WHEN coalesce(before #> place, after #> place) IS NOT NULL THEN before #> place IS DISTINCT FROM after #> place
            OR before -> '/code' IS DISTINCT FROM after -> '/code'
        WHEN of_item THEN before - 'state' IS DISTINCT FROM after - 'state'
        ELSE before - CAST(:not_facts AS text[]) IS DISTINCT FROM after - CAST(:not_facts AS text[]) END
    LIMIT :limit
    """
)
_NOT_FACTS = (
    "version", "publication_due_on", "published_at", "producer", "basis", "recorded_at", "superseded_at", "received_at",
    "application_id", "decided_on", "created_at", "updated_at",
)  # fmt: skip
"""Columns of an enterprise that tell how its facts were entered, and are none."""


async def corrected_meanwhile(
    session: AsyncSession, limit: int, aside: Sequence[uuid.UUID] = ()
) -> Sequence[Objection]:
    """Cases that await a correction which has come, locked: the item is off the record, or says something else there.

    What was doubted is the place to which the case points, or the whole content where it points nowhere or to what is
    not published. A version that changes another place, or the end of publication alone, corrects nothing.
    """
    given = {"limit": limit, "registration": REGISTRATION, "not_facts": list(_NOT_FACTS), "aside": list(aside)}
    found = list(await session.scalars(_CORRECTED, given))
    statement = select(Objection).where(Objection.id.in_(found), Objection.state == ObjectionState.AWAITING_CORRECTION)
    return (await session.scalars(statement.order_by(Objection.id).with_for_update(skip_locked=True))).all()


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
