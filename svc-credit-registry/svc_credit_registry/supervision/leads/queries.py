"""Reading leads."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.supervision.leads.models import LEAD_NUMBERS, Lead
from svc_credit_registry.supervision.leads.rules import PENALISED, REVOKED, WAITING, Finding, LeadState


@dataclass(frozen=True)
class Told:
    """A published outcome on the record whose penalty is shown until another day, or stands there no more."""

    item: RecordItem
    has_penalty: bool
    until: date | None


@dataclass(frozen=True)
class Filters:
    """What a list of leads is narrowed to."""

    source: str | None = None
    state: str | None = None
    code: str | None = None
    overdue_on: date | None = None


def overseen(region: str | None, filters: Filters) -> Select[Lead]:
    """The leads which a unit of this region oversees."""
    query = select(Lead).where(cases.within(Lead.region, region))
    query = query.where(Lead.state == filters.state) if filters.state else query
    query = query.where(Lead.source == filters.source) if filters.source else query
    query = query.where(Lead.code == filters.code) if filters.code else query
    if filters.overdue_on is not None:
        query = query.where(Lead.due_on < filters.overdue_on, Lead.state.in_(WAITING))
    return query


def reported_by(reporter: str) -> Select[Lead]:
    """The leads which a reporter has sent."""
    return select(Lead).where(Lead.reporter == reporter)


async def by_id(session: AsyncSession, lead_id: uuid.UUID, *, lock: bool = False) -> Lead | None:
    """One lead, locked when asked so."""
    return await cases.by_id(session, Lead, lead_id, lock=lock)


async def by_keys(session: AsyncSession, reporter: str, keys: Sequence[str]) -> dict[str, Lead]:
    """What a reporter has sent under these keys."""
    query = select(Lead).where(Lead.reporter == reporter, Lead.key.in_(keys))
    return {lead.key: lead for lead in await session.scalars(query)}


async def adrift(session: AsyncSession, limit: int, aside: Sequence[uuid.UUID] = ()) -> list[Told]:
    """Published outcomes that do not end with their penalties, or tell of revoked ones, but for those set aside."""
    told, penalty = aliased(RecordItem), aliased(RecordItem)
    outcome = (told.code == Lead.code, told.kind == RecordKind.LEAD_OUTCOME, told.key == Lead.number)
    same = (penalty.producer == told.producer, penalty.kind == RecordKind.PENALTY, penalty.key == Lead.penalty_key)
    holds = func.coalesce(penalty.content["state"].astext, "") != REVOKED
    query = (
        select(told, penalty.id.is_not(None), penalty.publish_until)
        .select_from(Lead)
        .join(told, and_(*outcome, told.superseded_at.is_(None)))
        .outerjoin(penalty, and_(*same, penalty.superseded_at.is_(None), holds))
        .where(Lead.published_on.is_not(None), Lead.penalty_key.is_not(None), told.id.not_in(aside))
        .where(penalty.id.is_(None) | told.publish_until.is_distinct_from(penalty.publish_until))
        .limit(limit)
    )
    return [Told(*row) for row in await session.execute(query)]


async def unsealed(session: AsyncSession, limit: int) -> Sequence[Lead]:
    """Leads of before, whose particulars are not encrypted yet, locked; those in use wait for the next round."""
    query = select(Lead).where(Lead.particulars.is_(None)).order_by(Lead.id).limit(limit)
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()


async def serials(session: AsyncSession, count: int) -> list[int]:
    """Fresh serial numbers."""
    query = select(LEAD_NUMBERS.next_value()).select_from(func.generate_series(1, count))
    return [int(row[0]) for row in await session.execute(query)]


async def statistics(session: AsyncSession, region: str | None, since: date, until: date, today: date) -> Sequence[Any]:
    """Leads that came in a period, counted by source in one pass."""
    waiting = Lead.state.in_(WAITING)

    def count(*where: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(*where)

    query = (
        select(
            Lead.source,
            func.count().label("received"),
            count(Lead.code.is_not(None)).label("matched"),
            count(waiting).label("waiting"),
            count(waiting, Lead.due_on < today).label("overdue"),
            count(Lead.finding == Finding.SUBSTANTIATED).label("substantiated"),
            count(Lead.transferred_on.is_not(None)).label("transferred"),
            count(Lead.outcome == PENALISED).label("penalised"),
            count(Lead.state == LeadState.CLOSED).label("closed"),
            count(Lead.published_on.is_not(None)).label("published"),
        )
        .where(cases.within(Lead.region, region), Lead.received_on.between(since, until))
        .group_by(Lead.source)
    )
    return (await session.execute(query)).all()
