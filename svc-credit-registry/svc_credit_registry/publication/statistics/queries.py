"""The query of each figure, served as it is run.

Each reads the record as it stood at `cutoff`, so that running it again later gives the same cells; each is one
statement over whole tables, grouped by the database. Nothing from outside stands in their text.
"""

# ruff: noqa: S608 - statements are put together from constants of this file alone

from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.publication.statistics.models import FigureRerun, PublishedFigure
from svc_credit_registry.publication.statistics.rules import Cell
from svc_credit_registry.supervision.risk.rules import MINIMUM_SHOWN

_STATE = """WITH state AS (
  SELECT code, region, industry_code, status, established_on, ended_on FROM enterprises WHERE received_at <= :cutoff
  UNION ALL
  SELECT code, region, industry_code, status, established_on, ended_on FROM enterprise_versions
  WHERE recorded_at <= :cutoff AND superseded_at > :cutoff)
"""
_ON_RECORD = "recorded_at <= :cutoff AND (superseded_at IS NULL OR superseded_at > :cutoff)"
_GROWTH = (
    _STATE
    + """SELECT left(region, 2) || '0000', left(industry_code, 1), to_char(day, '{format}'), series, count(*)
FROM state CROSS JOIN LATERAL (VALUES ('founded', established_on), ('ended', ended_on)) AS event (series, day)
WHERE day >= date_trunc('{unit}', :as_of) - interval '{back}' AND day <= :as_of
GROUP BY 1, 2, 3, 4"""
)
_REPORTS = (
    _STATE
    + """, report AS (
  SELECT DISTINCT ON (code, content ->> 'year') code, content ->> 'year' AS year,
    (content ->> 'filed_on')::date <= make_date((content ->> 'year')::int + 1, 6, 30) AS in_time
  FROM record_items WHERE kind = 'annual_report' AND {on_record}
  ORDER BY code, content ->> 'year', recorded_at)
SELECT rpad(left(region, {digits}), 6, '0'), '', {period}, CASE WHEN in_time THEN 'in_time' ELSE 'late' END, count(*)
FROM report JOIN state USING (code) {only}
GROUP BY 1, 3, 4"""
)
_CLASSES = """WITH run AS (
  SELECT id FROM risk_runs
  WHERE kind = 'monthly' AND state = 'finished' AND finished_at <= :cutoff ORDER BY month DESC LIMIT 1
), counted AS (
  SELECT left(key, 2) || '0000' AS region, class, sum(entities) AS entities FROM risk_figures
  WHERE run_id = (SELECT id FROM run) AND dimension = 'region' GROUP BY 1, 2
"""

SQL: dict[str, str] = {
    "enterprises_by_region": _STATE + "SELECT region, '', '', status, count(*) FROM state GROUP BY region, status",
    "enterprises_by_industry": _STATE
    + """SELECT left(region, 2) || '0000', left(industry_code, 1), '', status, count(*)
FROM state WHERE industry_code <> '' GROUP BY 1, 2, 4""",
    "growth_by_year": _GROWTH.format(format="YYYY", unit="year", back="9 years"),
    "growth_by_month": _GROWTH.format(format="YYYY-MM", unit="month", back="23 months"),
    "annual_reports_filed": _REPORTS.format(on_record=_ON_RECORD, digits=2, period="year", only=""),
    "reports_by_region": _REPORTS.format(
        on_record=_ON_RECORD, digits=4, period="''",
        only="WHERE year = (extract(year FROM :as_of)::int - 1)::text",
    ),
    "listed_enterprises": _STATE
    + f"""SELECT rpad(left(region, 4), 6, '0'), '', '', kind, count(DISTINCT code)
FROM record_items JOIN state USING (code)
WHERE kind IN ('abnormal_operation', 'serious_violation') AND {_ON_RECORD}
  AND coalesce((content ->> 'removed_on')::date > :as_of, true)
  AND coalesce(effective_until >= :as_of, true) AND coalesce(publish_until >= :as_of, true)
GROUP BY 1, 4""",
    "risk_classes": _CLASSES
    + f"""), sized AS (SELECT region, sum(entities) AS whole FROM counted GROUP BY region
), told AS (
  SELECT region, least(whole, sum(whole) OVER (
    ORDER BY whole, region ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) >= {MINIMUM_SHOWN} AS told
  FROM sized)
SELECT region, '', '', CASE WHEN told THEN class ELSE 'withheld' END, sum(entities)
FROM counted JOIN told USING (region) GROUP BY 1, 4""",
    "inspections": """SELECT left(region, 2) || '0000', '', to_char(drawn_on, 'YYYY'), series, count(*)
FROM inspection_tasks
  CROSS JOIN LATERAL (VALUES ('drawn', drawn_on), ('published', published_on)) AS event (series, day)
WHERE created_at <= :cutoff AND day < :as_of
GROUP BY 1, 3, 4""",
    "inspection_results": f"""
SELECT left(task.region, 2) || '0000', item.content ->> 'result', '', 'published', count(*)
FROM record_items item JOIN inspection_tasks task ON task.number = item.key AND task.code = item.code
WHERE item.kind = 'inspection' AND {_ON_RECORD}
GROUP BY 1, 2""",
}  # fmt: skip
FORMER: dict[tuple[str, int], str] = {
    # It counted results as they are now: one that was corrected since came out otherwise when it was run again.
    ("inspection_results", 1): """SELECT left(region, 2) || '0000', result, '', 'published', count(*)
FROM inspection_tasks WHERE published_on < :as_of GROUP BY 1, 2""",
    # What it withheld of a small province could be had by taking the others off the nation.
    ("risk_classes", 1): _CLASSES
    + f"""), summed AS (SELECT *, sum(entities) OVER (PARTITION BY region) AS whole FROM counted)
SELECT region, '', '', CASE WHEN whole < {MINIMUM_SHOWN} THEN 'withheld' ELSE class END, sum(entities)
FROM summed GROUP BY 1, 4""",
}
"""Queries of former versions: what was published by them is computed again by them."""


def sql_of(name: str, version: int) -> str:
    """The query of a figure in this version."""
    return FORMER.get((name, version), SQL[name])


_TYPED = {"cutoff": "CAST(:cutoff AS timestamptz)", "as_of": "CAST(:as_of AS date)"}
_PATIENCE = "SELECT set_config('statement_timeout', :patience, true), set_config('jit', 'off', true)"
_SETTLED = text(
    """SELECT least(CAST(:now AS timestamptz) - interval '1 second', min(xact_start) - interval '1 second')
    FROM pg_stat_activity
    WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"""
)


async def settled(session: AsyncSession, now: datetime) -> datetime:
    """The latest instant before which nothing more will be recorded: no transaction that writes is older."""
    return (await session.execute(_SETTLED, {"now": now})).scalar_one()  # type: ignore[no-any-return]


async def compute(session: AsyncSession, statement: str, as_of: date, cutoff: datetime, patience: str) -> list[Cell]:
    """The cells of a figure by its query, in no order; the statement is broken off after `patience`."""
    await session.execute(text(_PATIENCE), {"patience": patience})
    given = {"cutoff": cutoff, "as_of": as_of}
    used = {key: value for key, value in given.items() if f":{key}" in statement}
    for key in used:
        statement = statement.replace(f":{key}", _TYPED[key])
    rows = await session.execute(text(statement), used)
    return [(region, category, period, series, int(value)) for region, category, period, series, value in rows]


async def published_names(session: AsyncSession, as_of: date) -> set[str]:
    """The figures published for a day."""
    return set(await session.scalars(select(PublishedFigure.figure).where(PublishedFigure.as_of == as_of)))


async def find(session: AsyncSession, name: str, as_of: date | None) -> PublishedFigure | None:
    """The figure of a day, or the latest one."""
    statement = select(PublishedFigure).where(PublishedFigure.figure == name)
    if as_of is not None:
        statement = statement.where(PublishedFigure.as_of == as_of)
    return (await session.scalars(statement.order_by(PublishedFigure.as_of.desc()).limit(1))).one_or_none()


async def days(session: AsyncSession) -> dict[str, date]:
    """The latest day of each figure."""
    p = PublishedFigure
    statement = select(p.figure, func.max(p.as_of).label("latest")).group_by(p.figure)
    return {row.figure: row.latest for row in await session.execute(statement)}


async def recent_rerun(session: AsyncSession, row: PublishedFigure, since: datetime) -> FigureRerun | None:
    """The latest re-run of a figure at `since` or after."""
    r = FigureRerun
    statement = select(r).where(r.figure == row.figure, r.as_of == row.as_of, r.at >= since)
    return (await session.scalars(statement.order_by(r.at.desc()).limit(1))).one_or_none()


async def last_rerun(session: AsyncSession) -> FigureRerun | None:
    """The latest re-run of any figure."""
    return (await session.scalars(select(FigureRerun).order_by(FigureRerun.id.desc()).limit(1))).one_or_none()


async def sole(session: AsyncSession) -> bool:
    """Whether this transaction may compute figures for a request: one at a time, in all processes."""
    return bool(await session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('statistics.re-run'))")))
