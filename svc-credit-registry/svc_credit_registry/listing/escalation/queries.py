"""Entries whose time has come: to be warned, escalated, ended."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from svc_credit_registry.listing.grounds.rules import THREE_YEARS
from svc_credit_registry.listing.list_objections.models import ListObjection
from svc_credit_registry.listing.lists.models import ListEntry
from svc_credit_registry.listing.lists.queries import OPEN
from svc_credit_registry.listing.lists.rules import State
from svc_credit_registry.listing.removals.models import Removal
from svc_credit_registry.record.enterprises.models import Enterprise, EnterpriseSuccessor
from svc_credit_registry.record.enterprises.rules import Status, Succession

E = ListEntry

# One statement for a whole batch: on one day, three years after a 1 July, there may be hundreds of thousands.
_WARN = text(
    """
    WITH due AS (
        SELECT id FROM list_entries
        WHERE state = 'listed' AND warned_on IS NULL AND warn_on <= :today
        ORDER BY warn_on, id LIMIT :limit FOR UPDATE SKIP LOCKED
    ), warned AS (
        UPDATE list_entries e SET warned_on = :today, version = e.version + 1, updated_at = clock_timestamp()
        FROM due WHERE e.id = due.id
        RETURNING e.id, e.code, e.escalates_on
    ), told AS (
        INSERT INTO list_steps (entry_id, code, day, act, state, by, note, notice, at)
        SELECT id, code, :today, 'warn', 'listed', 'system', format(CAST(:note AS text), escalates_on), true, :now
        FROM warned
    ), pending AS (
        INSERT INTO pending_changes (code, part) SELECT code, 'abnormal_operation' FROM warned
    )
    SELECT code FROM warned ORDER BY code
    """
)


async def warn(session: AsyncSession, today: date, now: datetime, note: str, limit: int) -> Sequence[str]:
    """Warns up to `limit` entries that are due for it; the codes of their enterprises. Those in use wait."""
    given: dict[str, Any] = {"today": today, "now": now, "note": note, "limit": limit}
    return list(await session.scalars(_WARN, given))


async def to_escalate(
    session: AsyncSession, today: date, warned_before: date, limit: int, aside: Sequence[uuid.UUID] = ()
) -> Sequence[ListEntry]:
    """Entries of three years whose warning has stood since before `warned_before`, but for those set aside, locked;
    those in use wait, and those of an enterprise which is proposed or listed for another entry of three years.
    """
    due = (E.state == State.LISTED, E.escalated_on.is_(None), E.escalates_on < today, E.warned_on < warned_before)
    other = aliased(E)
    for_another = exists().where(other.code == E.code, other.ground == THREE_YEARS, other.state.in_(OPEN))
    # In the order of the index alone: on one day there may be hundreds of thousands, which are not sorted for fifty.
    statement = select(E).where(*due, ~for_another, E.id.not_in(aside)).order_by(E.escalates_on).limit(limit)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()


async def to_expire(
    session: AsyncSession, today: date, limit: int, aside: Sequence[uuid.UUID] = ()
) -> Sequence[ListEntry]:
    """Entries whose term has ended, but for those set aside, locked; those in use wait."""
    over = (E.state == State.LISTED, E.expires_on < today, E.id.not_in(aside))
    statement = select(E).where(*over).order_by(E.expires_on, E.id)
    return (await session.scalars(statement.limit(limit).with_for_update(skip_locked=True))).all()


async def gone_on(
    session: AsyncSession, limit: int, aside: Sequence[uuid.UUID] = ()
) -> Sequence[tuple[ListEntry, str]]:
    """Entries proposed or standing whose enterprise has another code now, with that code, but for those set aside,
    locked; those in use wait, and those whose like is proposed or stands under the new code already.
    """
    other, S = aliased(E), EnterpriseSuccessor  # noqa: N806 - read as a table
    year = other.report_year.is_not_distinct_from(E.report_year)
    like = exists().where(
        other.code == S.new_code, other.list == E.list, other.ground == E.ground, year, other.state.in_(OPEN)
    )
    changed = (S.reason == Succession.CODE_CHANGED, Enterprise.status != Status.ACTIVE)
    statement = select(E, S.new_code).join(S, S.old_code == E.code).join(Enterprise, Enterprise.code == E.code)
    statement = statement.where(E.state.in_(OPEN), *changed, ~like, E.id.not_in(aside)).order_by(E.id).limit(limit)
    rows = await session.execute(statement.with_for_update(of=E, skip_locked=True))
    return [(entry, code) for entry, code in rows]


async def idle(
    session: AsyncSession, model: type[ListObjection] | type[Removal], states: Sequence[str]
) -> Sequence[Any]:
    """What is still open about entries that have ended, with the entry: up to 50 pairs, locked."""
    over = (model.state.in_(states), model.due_on.is_not(None), E.state.not_in(("proposed", "listed")))
    statement = select(model, E).join(E, E.id == model.entry_id).where(*over).order_by(model.id).limit(50)
    return (await session.execute(statement.with_for_update(of=model, skip_locked=True))).all()
