"""Freezing pools and drawing from them, by statements over the whole pool."""

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.codes import regions
from shared.db import Sessions
from svc_credit_registry.cases import queries as cases
from svc_credit_registry.supervision.inspections.models import (
    NUMBERS,
    InspectionAssignment,
    InspectionDraw,
    InspectionExclusion,
    InspectionPlan,
    InspectionTask,
    PoolEntry,
)
from svc_credit_registry.supervision.inspections.rules import WITHOUT_CLASS
from svc_credit_registry.supervision.inspectors.models import Inspector

T = InspectionTask
LINES_AT_ONCE = 5000
DRAWN_AT_ONCE = 1000
PATIENCE = text("SET LOCAL statement_timeout = '180s'")
"""A pool of a whole province is frozen by one statement, which may take longer than a request usually does."""

_FREEZE = text(
    """
    INSERT INTO inspection_pool (plan_id, code, stratum, token)
    SELECT CAST(:plan AS uuid), e.code, coalesce(r.class, :without_class),
        sha256(sha256(CAST(:blind AS bytea) || convert_to(e.code, 'UTF8')) || convert_to(e.code, 'UTF8'))
    FROM enterprises e LEFT JOIN risk_classes r USING (code)
    WHERE e.status = 'active' AND starts_with(e.region, :region)
      AND (CAST(:industries AS text[]) = '{}' OR EXISTS (
        SELECT FROM unnest(CAST(:industries AS text[])) AS p WHERE starts_with(e.industry_code, p)))
      AND (CAST(:forms AS text[]) = '{}' OR e.organisation_form = ANY (CAST(:forms AS text[])))
      AND (CAST(:before AS date) IS NULL OR e.established_on < CAST(:before AS date))
      AND NOT EXISTS (
        SELECT FROM inspection_tasks t
        WHERE t.code = e.code
          AND t.drawn_on > CAST(:today AS date) - make_interval(months => CAST(:months AS int)))
    """
)
_FROZEN = text(
    """
    SELECT count(*),
        encode(sha256(convert_to(coalesce(string_agg(code || chr(10), '' ORDER BY code), ''), 'UTF8')), 'hex'),
        encode(sha256(convert_to(coalesce(
            string_agg(encode(token, 'hex') || ',' || stratum || chr(10), '' ORDER BY token), ''), 'UTF8')), 'hex')
    FROM inspection_pool WHERE plan_id = :plan
    """
)
_DRAW = text(
    """
    SELECT code, stratum, token, ticket, region FROM (
        SELECT p.code, p.stratum, p.token, sha256(CAST(:key AS bytea) || p.token) AS ticket,
            row_number() OVER (
                PARTITION BY p.stratum ORDER BY sha256(CAST(:key AS bytea) || p.token), p.token) AS place
        FROM inspection_pool p WHERE p.plan_id = :plan
    ) AS ranked JOIN enterprises USING (code)
    WHERE place <= CASE stratum WHEN 'A' THEN CAST(:a AS int) WHEN 'B' THEN CAST(:b AS int)
        WHEN 'C' THEN CAST(:c AS int) ELSE CAST(:d AS int) END
    ORDER BY ticket, token
    """
)
_RECENT = text(
    """
    WITH RECURSIVE was (asked, code) AS (
        SELECT code, code COLLATE "C" FROM unnest(CAST(:codes AS text[])) AS c(code)
        UNION
        SELECT w.asked, s.old_code FROM was w JOIN enterprise_successors s ON s.new_code = w.code
    )
    SELECT DISTINCT w.asked, a.inspector_id
    FROM was w JOIN inspection_tasks t ON t.code = w.code JOIN inspection_assignments a ON a.task_id = t.id
    WHERE a.ended_on IS NULL AND t.plan_id <> :plan
      AND coalesce(t.inspected_on, t.drawn_on) > CAST(:today AS date) - make_interval(months => CAST(:months AS int))
    """
)


@dataclass(frozen=True)
class Frozen:
    """A frozen pool: how many entities, and the digests of its two files."""

    entities: int
    codes_digest: str
    tokens_digest: str


@dataclass(frozen=True)
class Chosen:
    """A drawn entity."""

    code: str
    region: str
    stratum: str
    token: bytes


async def next_number(session: AsyncSession, region: str, day: date) -> str:
    """A fresh number for a plan: SJ, region, year, serial."""
    serial = await cases.next_serial(session, NUMBERS)
    return f"SJ{region}{day.year}{serial:06d}"


async def find(session: AsyncSession, plan_id: uuid.UUID, *, lock: bool = False) -> InspectionPlan | None:
    """A plan, locked until the transaction ends if asked."""
    return await cases.by_id(session, InspectionPlan, plan_id, lock=lock)


def public(region: str | None, year: int | None) -> Select[InspectionPlan]:
    """The plans which everybody may see."""
    statement = select(InspectionPlan).where(InspectionPlan.published_on.is_not(None))
    return _narrowed(statement, region, year)


def seen_by(caller_region: str, region: str | None, year: int | None) -> Select[InspectionPlan]:
    """The plans of the caller's region, drafts too."""
    statement = select(InspectionPlan).where(cases.within(InspectionPlan.region, caller_region))
    return _narrowed(statement, region, year)


def _narrowed(statement: Select[InspectionPlan], region: str | None, year: int | None) -> Select[InspectionPlan]:
    if region is not None:
        statement = statement.where(cases.within(InspectionPlan.region, region))
    if year is not None:
        statement = statement.where(func.extract("year", InspectionPlan.period_from) == year)
    return statement


async def freeze(session: AsyncSession, plan: InspectionPlan, blind: bytes, today: date) -> Frozen:
    """Fills the pool of a plan with who fits its criteria now, and gives its digests."""
    criteria: Mapping[str, Any] = plan.criteria
    await session.execute(PATIENCE)
    await session.execute(
        _FREEZE,
        {
            "plan": plan.id, "blind": blind, "without_class": WITHOUT_CLASS,
            "region": regions.prefix(criteria.get("region") or plan.region),
            "industries": criteria.get("industries") or [], "forms": criteria.get("organisation_forms") or [],
            "before": _day(criteria.get("established_before")), "today": today,
            "months": criteria.get("not_drawn_for_months") or 0,
        },
    )  # fmt: skip
    row = (await session.execute(_FROZEN, {"plan": plan.id})).one()
    return Frozen(row[0], row[1], row[2])


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


async def strata(session: AsyncSession, plan_id: uuid.UUID) -> dict[str, int]:
    """How many entities of each class are in a pool."""
    statement = select(PoolEntry.stratum, func.count()).where(PoolEntry.plan_id == plan_id).group_by(PoolEntry.stratum)
    return {row.stratum: row[1] for row in await session.execute(statement)}


async def draw(session: AsyncSession, plan_id: uuid.UUID, key: bytes, takes: Mapping[str, int]) -> list[Chosen]:
    """The drawn entities in the order of their tickets: the same as `rules.drawn` gives, computed by the database."""
    await session.execute(PATIENCE)
    given = {name.lower(): takes.get(name, 0) for name in "ABCD"}
    rows = await session.execute(_DRAW, {"plan": plan_id, "key": key} | given)
    return [Chosen(code, region, stratum, token) for code, stratum, token, _, region in rows]


async def recent(
    session: AsyncSession, plan: InspectionPlan, codes: Sequence[str], today: date
) -> list[tuple[str, str]]:
    """Pairs of code and inspector who inspected it, or what has gone on in it, or was to, within the plan's months."""
    given = {"codes": list(codes), "plan": plan.id, "today": today, "months": plan.conflict_months}
    return [(code, inspector) for code, inspector in await session.execute(_RECENT, given)]


async def draw_of(session: AsyncSession, plan_id: uuid.UUID) -> InspectionDraw | None:
    """What was frozen for a plan."""
    return await session.get(InspectionDraw, plan_id, populate_existing=True)


def _of(plan_id: uuid.UUID, places: range | None) -> list[ColumnElement[bool]]:
    """The tasks of a plan, or those of some places in the order of its draw."""
    within = [] if places is None else [T.position >= places.start, T.position < places.stop]
    return [T.plan_id == plan_id, *within]


async def tasks_of(session: AsyncSession, plan_id: uuid.UUID, places: range | None = None) -> Sequence[InspectionTask]:
    """The tasks of a plan in the order of the draw."""
    return (await session.scalars(select(T).where(*_of(plan_id, places)).order_by(T.position))).all()


async def assignments_of(
    session: AsyncSession, plan_id: uuid.UUID, places: range | None = None
) -> Sequence[InspectionAssignment]:
    """All assignments of a plan, also those that have ended, in the order in which they were dealt and made."""
    a = InspectionAssignment
    statement = select(a).join(T, a.task_id == T.id).where(*_of(plan_id, places))
    return (await session.scalars(statement.order_by(a.assigned_on, a.place, a.id))).all()


async def exclusions_of(session: AsyncSession, plan_id: uuid.UUID, places: range) -> list[tuple[uuid.UUID, str]]:
    """Pairs of task and certificate kept apart when the draw was made."""
    x = InspectionExclusion
    statement = select(x.task_id, x.certificate).join(T, x.task_id == T.id).where(*_of(plan_id, places))
    return [(task_id, certificate) for task_id, certificate in await session.execute(statement.order_by(x.certificate))]


async def accounts(session: AsyncSession, certificates: Sequence[str]) -> dict[str, str]:
    """The account of each certificate."""
    statement = select(Inspector.certificate, Inspector.id).where(Inspector.certificate == func.any(list(certificates)))
    return {row.certificate: row.id for row in await session.execute(statement)}


async def opened(session: AsyncSession, code: str) -> list[tuple[InspectionPlan, InspectionDraw, PoolEntry, bool]]:
    """The pools in which an entity is or was, the latest first, and whether it was drawn."""
    t = InspectionTask
    was_drawn = select(t.id).where(t.plan_id == PoolEntry.plan_id, t.code == PoolEntry.code).exists()
    statement = (
        select(InspectionPlan, InspectionDraw, PoolEntry, was_drawn)
        .join(InspectionPlan, InspectionPlan.id == PoolEntry.plan_id)
        .join(InspectionDraw, InspectionDraw.plan_id == PoolEntry.plan_id)
        .where(PoolEntry.code == code)
        .order_by(InspectionDraw.frozen_at.desc())
        .limit(100)
    )
    return [(plan, draw, entry, drawn) for plan, draw, entry, drawn in await session.execute(statement)]


async def code_lines(sessions: Sessions, plan_id: uuid.UUID) -> AsyncIterator[str]:
    """The file of codes, some thousand lines at a time; nothing is open in the database while they are sent."""
    last = ""
    while True:
        statement = select(PoolEntry.code).where(PoolEntry.plan_id == plan_id, PoolEntry.code > last)
        async with sessions() as session:
            codes = (await session.scalars(statement.order_by(PoolEntry.code).limit(LINES_AT_ONCE))).all()
        yield "".join(f"{code}\n" for code in codes)
        if len(codes) < LINES_AT_ONCE:
            return
        last = codes[-1]


async def token_lines(sessions: Sessions, plan_id: uuid.UUID) -> AsyncIterator[str]:
    """The file of tokens, in the same way."""
    last = b""
    columns = (PoolEntry.token, PoolEntry.stratum)
    while True:
        statement = select(*columns).where(PoolEntry.plan_id == plan_id, PoolEntry.token > last)
        async with sessions() as session:
            rows = (await session.execute(statement.order_by(PoolEntry.token).limit(LINES_AT_ONCE))).all()
        yield "".join(f"{token.hex()},{stratum}\n" for token, stratum in rows)
        if len(rows) < LINES_AT_ONCE:
            return
        last = rows[-1].token
