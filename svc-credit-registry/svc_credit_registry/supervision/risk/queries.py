"""Classifying a stretch of codes in one statement, and reading what came of it.

The statement is put together from the published model: a column for each indicator, a CASE for its bands. Values of the
model are bound as parameters; only numbers that this module makes itself stand in the text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, TextClause, case, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.codes import regions
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.enterprises.rules import Status
from svc_credit_registry.supervision.risk.models import (
    EntityRisk,
    RiskChange,
    RiskFigure,
    RiskFollowed,
    RiskModel,
    RiskRun,
)
from svc_credit_registry.supervision.risk.rules import (
    REPORT_LAST_DAY,
    Figure,
    Indicator,
    Measure,
    Model,
    Standing,
    last_report_year,
)

_NAME = re.compile(r"(?<!:):(\w+)")
_TYPES = {
    "as_of": "date", "cutoff": "timestamptz", "last_year": "int", "region": "text", "model": "varchar",
    "run_id": "uuid", "after": "varchar", "batch": "int", "within": "int", "older": "int", "first": "int",
    "codes": "varchar[]", "kind": "text", "field": "text", "values": "text[]", "prefixes": "text[]",
}  # fmt: skip
"""The types of the parameters, by their names without the number of an indicator."""

_ON_RECORD = "(superseded_at IS NULL OR superseded_at > :cutoff)"
_REMOVED_ON = "(content ->> 'removed_on')::date"
_SHOWN = "(publish_until IS NULL OR publish_until >= :as_of)"
_COUNTS = "coalesce(content ->> 'state', '') NOT IN ('revoked', 'released', 'cancelled', 'lapsed')"
_OVER = f"coalesce(effective_until < :as_of, false) OR coalesce({_REMOVED_ON} <= :as_of, false)"
_STANDING: dict[Standing, tuple[str, str]] = {
    Standing.CURRENT: (f"{_ON_RECORD} AND {_SHOWN} AND {_COUNTS} AND NOT ({_OVER})", "produced_on"),
    Standing.LAPSED: (f"{_ON_RECORD} AND {_SHOWN} AND effective_until < :as_of", "effective_until"),
    Standing.ENDED: (
        f"{_SHOWN} AND CASE WHEN {_ON_RECORD} THEN ({_OVER}) ELSE ended_reason IS NOT NULL END",
        f"coalesce({_REMOVED_ON}, effective_until, (superseded_at AT TIME ZONE 'Asia/Shanghai')::date)",
    ),
}
"""By standing: which versions of items count, and the day from which their age is reckoned."""

_WORDS = "coalesce(jsonb_exists_any(content -> :field_{place}, :values_{place}), false)"
_PARTS = "EXISTS (SELECT FROM unnest(:values_{place}) AS v WHERE strpos(content ->> :field_{place}, v) > 0)"
"""Whether a field, a word or a list of words, holds one of the values, whole or as a part."""
_MISSING = "(SELECT count(*) FROM generate_series({first}, :last_year) AS y WHERE y <> ALL ({filed}))"
"""How many of the years whose reports were due are not among those filed."""


@dataclass(frozen=True)
class Batch:
    """What one statement did: entities classified, classes changed, and the last code of the stretch."""

    entities: int
    changed: int
    last: str


def _counted(place: int, indicator: Indicator, given: dict[str, Any]) -> str:
    """The FILTER of an indicator of items or complaints; its values go to `given`."""
    day = "published_on" if indicator.measure is Measure.COMPLAINTS else _STANDING[indicator.standing][1]
    conditions = [f"kind = :kind_{place}"] if indicator.measure is Measure.ITEMS else []  # first: it spares the rest
    conditions.append(f"{day} <= :as_of")
    if indicator.within_months is not None:
        conditions.append(f"{day} > :as_of - make_interval(months => :within_{place})")
        given[f"within_{place}"] = indicator.within_months
    if indicator.after_months:
        conditions.append(f"{day} <= :as_of - make_interval(months => :older_{place})")
        given[f"older_{place}"] = indicator.after_months
    if indicator.measure is Measure.ITEMS:
        given[f"kind_{place}"] = indicator.kind
        conditions.append(_STANDING[indicator.standing][0])
        if indicator.field is not None:
            given |= {f"field_{place}": indicator.field, f"values_{place}": list(indicator.values)}
            holds = (_PARTS if indicator.parts else _WORDS).format(place=place)
            conditions.append(f"NOT {holds}" if indicator.others else holds)
    return " AND ".join(f"({condition})" for condition in conditions)


def _of_items(place: int, indicator: Indicator, given: dict[str, Any]) -> str | None:
    """What the aggregate over an entity's items computes for an indicator; None when it is not about items."""
    year = "(content ->> 'year')::int"
    within = f"{year} > :last_year - {indicator.years} AND {year} <= :last_year"
    report = f"kind = 'annual_report' AND {_ON_RECORD} AND {within}"
    match indicator.measure:
        case Measure.ITEMS:
            return f"count(*) FILTER (WHERE {_counted(place, indicator, given)})"
        case Measure.REPORTS_MISSING:
            return f"array_agg({year}) FILTER (WHERE {report})"
        case Measure.REPORTS_LATE:
            month, day = REPORT_LAST_DAY
            late = f"(content ->> 'filed_on')::date > make_date({year} + 1, {month}, {day})"
            return f"count(*) FILTER (WHERE {report} AND {late})"
        case _:
            return None


def _value(place: int, indicator: Indicator, given: dict[str, Any]) -> str:
    """The value of an indicator for one entity, from its row and the aggregates."""
    match indicator.measure:
        case Measure.ITEMS | Measure.REPORTS_LATE | Measure.COMPLAINTS:
            value = f"coalesce(v{place}, 0)"
        case Measure.REPORTS_MISSING:
            given[f"first_{place}"] = indicator.first_year
            founded = "extract(year FROM established_on)::int"
            first = f"greatest(:first_{place}, :last_year - {indicator.years} + 1, {founded})"
            missing = _MISSING.format(first=first, filed=f"coalesce(v{place}, ARRAY[]::int[])")
            value = f"CASE WHEN starts_with(e.code, '92') THEN 0 ELSE {missing} END"  # 个体工商户: not asked of them
        case Measure.AGE_YEARS:
            value = "greatest(0, extract(year FROM age(:as_of, established_on))::int)"
        case Measure.INDUSTRY:
            given[f"prefixes_{place}"] = list(indicator.prefixes)
            value = f"(EXISTS (SELECT FROM unnest(:prefixes_{place}) AS p WHERE starts_with(industry_code, p)))::int"
        case Measure.REVOKED:
            value = "(status = 'revoked')::int"
    return f"least({value}, 30000)::smallint"


def _points(place: int, indicator: Indicator) -> str:
    steps = " ".join(f"WHEN f{place} >= {least} THEN {points}" for least, points in reversed(indicator.bands))
    return f"CASE {steps} ELSE 0 END"


def _class(model: Model) -> str:
    steps = " ".join(f"WHEN score >= {least} THEN '{name}'" for name, least in reversed(model.classes))
    floors = [
        f"CASE WHEN f{place} > 0 THEN '{indicator.lowest_class}' ELSE 'A' END"
        for place, indicator in enumerate(model.indicators)
        if indicator.lowest_class is not None
    ]
    return f"greatest({', '.join([f'CASE {steps} END', *floors])})"


_STRETCH = (
    "SELECT max(code) AS last FROM (SELECT code FROM enterprises WHERE code > :after ORDER BY code LIMIT :batch) AS s",
    "{0} > :after AND {0} <= (SELECT last FROM stretch)",
)
_NAMED = ("SELECT max(code) AS last FROM unnest(:codes) AS code", "{0} = ANY (:codes)")
"""Which codes a statement is about: the next ones behind the run's position, or those that are named."""


def classification(model: Model, *, named: bool = False) -> tuple[TextClause, dict[str, Any]]:
    """The statement which classifies codes by a model, and the parameters that the model gives it."""
    given: dict[str, Any] = {}
    places = list(enumerate(model.indicators))
    items = [(i, sql) for i, one in places if (sql := _of_items(i, one, given)) is not None]
    complaints = [(i, _counted(i, one, given)) for i, one in places if one.measure is Measure.COMPLAINTS]
    stretch, within = _NAMED if named else _STRETCH
    statement = _STATEMENT.format(
        stretch=stretch,
        items_within=within.format("code"),
        complaints_within=within.format("enterprise_code"),
        entities_within=within.format("e.code"),
        classes_within=within.format("r.code"),
        items="".join(f", {sql} AS v{i}" for i, sql in items),
        complaints="".join(f", count(*) FILTER (WHERE {sql}) AS v{i}" for i, sql in complaints),
        values="".join(f", {_value(i, one, given)} AS f{i}" for i, one in places),
        found="ARRAY[" + ", ".join(f"f{i}" for i, _ in places) + "]::smallint[]",
        score="greatest(0, " + " + ".join(_points(i, one) for i, one in places) + ")",
        risk_class=_class(model),
    )
    return text(_NAME.sub(_typed, statement)), given


def _typed(match: re.Match[str]) -> str:
    return f"CAST(:{match[1]} AS {_TYPES[match[1].rstrip('_0123456789')]})"


_STATEMENT = """
WITH stretch AS (
    {stretch}
), found_items AS (
    SELECT code{items}
    FROM record_items
    WHERE {items_within} AND recorded_at <= :cutoff AND NOT is_void
      AND coalesce(content ->> 'state', '') NOT IN ('revoked', 'withdrawn', 'corrected')
    GROUP BY code
), found_complaints AS (
    SELECT enterprise_code AS code{complaints}
    FROM complaint_records
    WHERE {complaints_within} AND withheld_at IS NULL
    GROUP BY enterprise_code
), of_entity AS (
    SELECT e.code, e.region, left(e.industry_code, 1) AS section, e.status{values}
    FROM enterprises e LEFT JOIN found_items USING (code) LEFT JOIN found_complaints USING (code)
    WHERE {entities_within} AND starts_with(e.region, :region)
), scored AS (
    SELECT *, {score} AS score, {found} AS found FROM of_entity WHERE status <> 'cancelled'
), classed AS MATERIALIZED (
    SELECT code, region, section, score, found, ({risk_class}) COLLATE "C" AS class FROM scored
), written AS (
    INSERT INTO risk_classes AS r (code, class, score, found, model, since, as_of)
    SELECT code, class, score, found, :model, :as_of, :as_of FROM classed
    ON CONFLICT (code) DO UPDATE SET
        class = excluded.class, score = excluded.score, found = excluded.found, model = excluded.model,
        since = CASE WHEN r.class = excluded.class THEN r.since ELSE excluded.since END, as_of = excluded.as_of
    WHERE (r.class, r.score, r.found, r.model) IS DISTINCT FROM
        (excluded.class, excluded.score, excluded.found, excluded.model)
    RETURNING new.code, old.class AS before, new.class, new.score, new.found
), gone AS (
    DELETE FROM risk_classes r USING of_entity o
    WHERE r.code = o.code AND o.status = 'cancelled' AND {classes_within}
    RETURNING r.code, r.class AS before
), noted AS (
    INSERT INTO risk_changes (code, run_id, changed_on, before, class, score, found, model)
    SELECT code, :run_id, :as_of, before, class, score, found, :model FROM written WHERE before IS DISTINCT FROM class
    UNION ALL
    SELECT code, :run_id, :as_of, before, NULL, NULL, NULL, :model FROM gone
    ON CONFLICT DO NOTHING
    RETURNING 1
), figures AS (
    INSERT INTO risk_figures AS f (run_id, dimension, key, class, entities)
    SELECT :run_id, 'region', region, class, count(*) FROM classed GROUP BY region, class
    UNION ALL
    SELECT :run_id, 'industry', section, class, count(*) FROM classed GROUP BY section, class
    ON CONFLICT (run_id, dimension, key, class) DO UPDATE SET entities = f.entities + excluded.entities
)
SELECT (SELECT count(*) FROM classed), (SELECT count(*) FROM noted), (SELECT last FROM stretch)
"""


_PLANNING = text(
    "SELECT set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true),"
    " set_config('plan_cache_mode', 'force_custom_plan', true), set_config('statement_timeout', '60s', true)"
)
"""The planner can't know how many codes lie in a stretch; guessing few, it would compare each with each."""


async def classify(session: AsyncSession, run: RiskRun, model: Model, batch: int) -> Batch | None:
    """Classifies the next `batch` enterprises behind the run's position; None when there are no more."""
    return await _execute(session, run, model, {"after": run.position, "batch": batch})


async def classify_named(session: AsyncSession, run: RiskRun, model: Model, codes: Sequence[str]) -> Batch | None:
    """Classifies these enterprises as part of a run."""
    return await _execute(session, run, model, {"codes": list(codes)})


async def _execute(session: AsyncSession, run: RiskRun, model: Model, which: dict[str, Any]) -> Batch | None:
    statement, given = classification(model, named="codes" in which)
    parameters: dict[str, Any] = (given | which) | {
        "as_of": run.as_of, "cutoff": run.cutoff, "last_year": last_report_year(run.as_of), "model": run.model,
        "region": regions.prefix(run.region) if run.region else "", "run_id": run.id,
    }  # fmt: skip
    names = set(statement._bindparams)
    await session.execute(_PLANNING)
    row = (await session.execute(statement, {k: v for k, v in parameters.items() if k in names})).one()
    return Batch(row[0], row[1], row[2]) if row[2] is not None else None


async def enter(session: AsyncSession, values: dict[str, Any]) -> RiskRun | None:
    """A run that begins; None where the indexes of the table refuse it. Two that come at once wait for each other."""
    statement = insert(RiskRun).values(**values).on_conflict_do_nothing().returning(RiskRun)
    return (await session.scalars(statement)).one_or_none()


async def running(session: AsyncSession) -> RiskRun | None:
    """The run that is under way, locked."""
    statement = select(RiskRun).where(RiskRun.state == "running").with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one_or_none()


async def of_month(session: AsyncSession, kind: str, month: date) -> RiskRun | None:
    """The monthly run of a month, begun or finished, or the one of those who joined in it."""
    return (await session.scalars(select(RiskRun).where(RiskRun.kind == kind, RiskRun.month == month))).one_or_none()


async def followed(session: AsyncSession) -> RiskFollowed:
    """Up to where the changes of the register were looked through for newcomers, locked."""
    return (await session.scalars(select(RiskFollowed).with_for_update())).one()


async def without_class(session: AsyncSession, codes: Sequence[str]) -> Sequence[str]:
    """Those of the codes that have no class yet and should."""
    classed = select(EntityRisk.code).where(EntityRisk.code == Enterprise.code).exists()
    statement = select(Enterprise.code).where(
        Enterprise.code == func.any(list(codes)), Enterprise.status != Status.CANCELLED, ~classed
    )
    return (await session.scalars(statement)).all()


async def finished(session: AsyncSession, month: date | None) -> RiskRun | None:
    """The finished monthly run of a month, or the latest one."""
    statement = select(RiskRun).where(RiskRun.kind == "monthly", RiskRun.state == "finished")
    if month is not None:
        statement = statement.where(RiskRun.month == month)
    return (await session.scalars(statement.order_by(RiskRun.month.desc()).limit(1))).one_or_none()


async def finished_in(session: AsyncSession, year: int) -> RiskRun | None:
    """The latest finished monthly run of a year."""
    statement = select(RiskRun).where(RiskRun.kind == "monthly", RiskRun.state == "finished")
    within = RiskRun.month.between(date(year, 1, 1), date(year, 12, 31))
    return (await session.scalars(statement.where(within).order_by(RiskRun.month.desc()).limit(1))).one_or_none()


async def model_in_force(session: AsyncSession, day: date) -> RiskModel | None:
    """The version in force on a day."""
    statement = select(RiskModel).where(RiskModel.since <= day).order_by(RiskModel.since.desc()).limit(1)
    return (await session.scalars(statement)).one_or_none()


async def model_taken(session: AsyncSession, version: str, since: date) -> bool:
    """Whether a version has this name or begins on this day."""
    statement = select(RiskModel.version).where((RiskModel.version == version) | (RiskModel.since == since))
    return await session.scalar(statement.limit(1)) is not None


async def changes_of(session: AsyncSession, code: str) -> Sequence[RiskChange]:
    """Every change of an entity's class, the latest first."""
    order = (RiskChange.changed_on.desc(), RiskChange.run_id.desc())
    return (await session.scalars(select(RiskChange).where(RiskChange.code == code).order_by(*order))).all()


def runs(region: str) -> Select[RiskRun]:
    """The runs which concern a region: those of the nation, and those within it."""
    return select(RiskRun).where((RiskRun.kind == "monthly") | func.starts_with(RiskRun.region, regions.prefix(region)))


async def figures(session: AsyncSession, month: date) -> list[Figure]:
    """All figures of a month, of its run and, without their classes, of those who joined since."""
    f, total = RiskFigure, func.sum(RiskFigure.entities)
    letter = case((RiskRun.kind == "monthly", f.risk_class)).label("letter")
    statement = select(f.dimension, f.key, letter, total).join(RiskRun, RiskRun.id == f.run_id)
    statement = statement.where(RiskRun.month == month, RiskRun.kind.in_(("monthly", "joined")))
    rows = await session.execute(statement.group_by(f.dimension, f.key, letter))
    return [(dimension, key, letter, number) for dimension, key, letter, number in rows]


async def of(session: AsyncSession, code: str) -> EntityRisk | None:
    """The class of an entity."""
    return await session.get(EntityRisk, code, populate_existing=True)
