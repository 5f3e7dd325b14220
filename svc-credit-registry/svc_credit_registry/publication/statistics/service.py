"""Publishing figures, showing them, and computing them again."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.codes import regions
from svc_credit_registry.apart import Apart
from svc_credit_registry.publication.charts.rules import Bar, Chart, svg
from svc_credit_registry.publication.statistics import queries, rules
from svc_credit_registry.publication.statistics.errors import (
    FigureNotPublished,
    FigureUnknown,
    RegionNotCounted,
    RerunResting,
    RerunUnderWay,
)
from svc_credit_registry.publication.statistics.models import FigureRerun, PublishedFigure
from svc_credit_registry.publication.statistics.rules import FIGURES, Cell, Figure, Group, Row, Wanted
from svc_credit_registry.publication.statistics.schemas import (
    CatalogueOut,
    FigureOut,
    PublishedOut,
    QueryOut,
    RerunOut,
    RowOut,
    SeriesOut,
)
from svc_credit_registry.record.classification.rules import INDUSTRIES
from svc_credit_registry.record.enterprises import queries as enterprises

log = logging.getLogger(__name__)
FRESH = timedelta(hours=1)
"""A figure is computed again for the public at most this often; who asks in between gets the last result."""
APART: Apart[str] = Apart("statistics.publish_next")
AT_LEISURE, AT_ONCE = "600s", "60s"
"""How long a statement may take in the worker, and when somebody waits."""


@dataclass(frozen=True)
class Asked:
    """Which figure, of which day (the latest without), for which region and section of industries."""

    name: str
    as_of: date | None = None
    region: str = regions.NATION
    industry: str | None = None


@dataclass(frozen=True)
class Shown:
    """A published figure and the lines of it that were asked for."""

    figure: Figure
    row: PublishedFigure
    asked: Asked
    rows: list[Row]

    @property
    def total(self) -> dict[str, int]:
        """The sum of the lines, by series."""
        return rules.total(self.figure, self.rows)


async def publish_next(session: AsyncSession, today: date, now: datetime) -> int:
    """Computes and stores one figure that wasn't published today; 0 when all were, or the register is empty.

    One that fails is tried again later: the others do not wait for it.
    """
    done = {*await queries.published_names(session, today), *APART.aside(now)}
    waiting = [(name, figure) for name, figure in FIGURES.items() if name not in done]
    if not waiting or await enterprises.is_empty(session):
        return 0
    await APART.each(session, waiting[:1], lambda figure: _publish(session, figure, today, now), now)
    return 1


async def _publish(session: AsyncSession, figure: Figure, today: date, now: datetime) -> None:
    cutoff, started = await queries.settled(session, now), time.monotonic()
    cells = sorted(await queries.compute(session, queries.SQL[figure.name], today, cutoff, AT_LEISURE))
    row = PublishedFigure(
        figure=figure.name, as_of=today, version=figure.version, cutoff=cutoff, computed_at=now,
        seconds=round(time.monotonic() - started, 3), digest=rules.digest(cells), cells=cells,
    )  # fmt: skip
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another worker was faster: its figure stays
        log.info("a figure was published by another worker", extra={"figure": figure.name})


def figure_of(name: str) -> Figure:
    """The figure of this name; 404 without."""
    figure = FIGURES.get(name)
    if figure is None:
        raise FigureUnknown(name)
    return figure


async def published(session: AsyncSession, name: str, as_of: date | None) -> PublishedFigure:
    """The figure as it was published for a day, or last."""
    row = await queries.find(session, figure_of(name).name, as_of)
    if row is None:
        raise FigureNotPublished(str(as_of or ""))
    return row


async def shown(session: AsyncSession, asked: Asked) -> Shown:
    """The lines of a figure for a region; 404 when it isn't told for regions as small as this one."""
    figure = figure_of(asked.name)
    prefix = regions.prefix(asked.region) if regions.is_known(asked.region) else "?"
    deepest = figure.digits - 2 if figure.group is Group.REGION else figure.digits
    if prefix == "?" or len(prefix) > deepest or (asked.industry is not None and not figure.sections):
        raise RegionNotCounted(f"{asked.region} {asked.industry or ''}".strip())
    row = await published(session, asked.name, asked.as_of)
    cells: list[Cell] = [tuple(cell) for cell in row.cells]
    return Shown(figure, row, asked, rules.rows(figure, cells, Wanted(prefix, asked.industry)))


def whole_table(row: PublishedFigure) -> str:
    """All cells of a figure as CSV: its digest is of these bytes."""
    return rules.table([tuple(cell) for cell in row.cells])


async def rerun(session: AsyncSession, name: str, as_of: date | None, now: datetime) -> RerunOut:
    """Computes a published figure again and compares it, cell by cell; within an hour the last result is given."""
    row = await published(session, name, as_of)
    again = await queries.recent_rerun(session, row, now - FRESH)
    if again is None:
        if not await queries.sole(session):
            raise RerunUnderWay
        await _check_rest(session, now)
        again = await _compute_again(session, row, now)
    return RerunOut(
        id=again.id, figure=row.figure, as_of=row.as_of, at=again.at, seconds=again.seconds, digest=again.digest,
        same=again.digest == row.digest, different_cells=again.different_cells, published_digest=row.digest,
    )  # fmt: skip


async def _check_rest(session: AsyncSession, now: datetime) -> None:
    last = await queries.last_rerun(session)
    left = rules.rest(last.seconds, last.at + timedelta(seconds=last.seconds), now) if last else 0
    if left:
        raise RerunResting(headers={"Retry-After": str(left)})


async def _compute_again(session: AsyncSession, row: PublishedFigure, now: datetime) -> FigureRerun:
    started = time.monotonic()
    statement = queries.sql_of(row.figure, row.version)
    cells = await queries.compute(session, statement, row.as_of, row.cutoff, AT_ONCE)
    different = {tuple(cell) for cell in row.cells} ^ set(cells)
    again = FigureRerun(
        figure=row.figure, as_of=row.as_of, at=now, seconds=round(time.monotonic() - started, 3),
        digest=rules.digest(cells), different_cells=len({cell[:4] for cell in different}),
    )  # fmt: skip
    session.add(again)
    await session.flush()
    return again


async def catalogue(session: AsyncSession, *, english: bool) -> CatalogueOut:
    """All figures with their definitions."""
    days = await queries.days(session)
    items = [figure_out(figure, figure.version, days.get(figure.name), english) for figure in FIGURES.values()]
    return CatalogueOut(items=items)


def figure_out(figure: Figure, version: int, latest: date | None, english: bool) -> FigureOut:
    """A figure's definition in the reader's language, with the query of this version."""
    return FigureOut(
        name=figure.name,
        version=version,
        title=figure.title[english],
        counts=figure.counts[english],
        leaves_out=figure.leaves_out[english],
        basis=rules.BASIS,
        rows_are=figure.group,
        series=[SeriesOut(key=key, label=words[english]) for key, words in figure.series.items()],
        region_digits=figure.digits,
        by_industry=figure.sections,
        query=QueryOut(
            id=query_id(figure.name, version),
            sql=queries.sql_of(figure.name, version),
            parameters={"as_of": "date", "cutoff": "timestamptz"},
        ),
        latest=latest,
    )


def query_id(name: str, version: int) -> str:
    """Name and version of a query."""
    return f"{name}/{version}"


def published_out(found: Shown, *, english: bool) -> PublishedOut:
    """A figure of a day in the reader's language."""
    row, asked = found.row, found.asked
    place = f"/v1/statistics/{row.figure}"
    which = f"as_of={row.as_of}&region={asked.region}" + (f"&industry={asked.industry}" if asked.industry else "")
    return PublishedOut(
        figure=figure_out(found.figure, row.version, row.as_of, english),
        as_of=row.as_of,
        cutoff=row.cutoff,
        computed_at=row.computed_at,
        query_id=query_id(row.figure, row.version),
        region=asked.region,
        industry=asked.industry,
        rows=[RowOut(key=r.key, label=label_of(found.figure, r.key, english), values=r.values) for r in found.rows],
        total=found.total,
        digest=row.digest,
        chart_url=f"{place}/chart.svg?{which}",
        csv_url=f"{place}/rows.csv?{which}",
        cells_url=f"{place}/cells.csv?as_of={row.as_of}",
    )


def label_of(figure: Figure, key: str, english: bool) -> str | None:
    """What a line is about, in words; None for a code nobody knows any more."""
    if figure.group is Group.PERIOD:
        return key
    if figure.group is Group.REGION:
        return regions.name(key) if regions.is_known(key) else None
    industry = INDUSTRIES.get(key)
    labels: Mapping[str, tuple[str, str]] = rules.RESULTS
    words = (industry.label, industry.label_en) if industry else labels.get(key)
    return words[english] if words else None


def picture(found: Shown, *, english: bool, alone: bool = False) -> str:
    """The chart of a figure, and in it the same in words."""
    figure, names = found.figure, [words[english] for words in found.figure.series.values()]
    bars = [
        Bar(label_of(figure, row.key, english) or row.key, tuple(row.values[key] for key in figure.series))
        for row in found.rows
    ]
    between, end = ("; ", ". ") if english else ("；", "。")
    sums = between.join(f"{name} {found.total[key]:,}" for name, key in zip(names, figure.series, strict=True))
    lines = between.join(f"{bar.label} {' / '.join(f'{value:,}' for value in bar.values)}" for bar in bars)
    title = f"{figure.title[english]} · {found.row.as_of}"
    return svg(Chart(figure.name, title, f"{sums}{end}{lines}", tuple(names), bars), alone=alone)
