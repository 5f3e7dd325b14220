"""Reading directives; the turn of those who write them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.record.feed.models import Change
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.supervision.measures.models import MeasureAssignment, MeasureDirective, MeasurePosition
from svc_credit_registry.supervision.measures.rules import LONGEST_YEARS, PUBLISHED_GROUNDS, SERIOUS_VIOLATION, State

D = MeasureDirective


@dataclass(frozen=True)
class Filters:
    """What a list of directives is narrowed to."""

    code: str | None = None
    measure: str | None = None
    state: str | None = None


async def take_turn(session: AsyncSession) -> MeasurePosition:
    """The one row which whoever writes directives holds until he commits: so notices get their positions in order."""
    query = select(MeasurePosition).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).one()


async def by_id(session: AsyncSession, directive_id: uuid.UUID) -> MeasureDirective | None:
    """One directive."""
    query = select(D).where(D.id == directive_id).execution_options(populate_existing=True)
    return (await session.scalars(query)).one_or_none()


def overseen(region: str | None, filters: Filters) -> Select[MeasureDirective]:
    """The directives which a unit of this region oversees."""
    query = select(D).where(cases.within(D.region, region))
    for column, value in ((D.code, filters.code), (D.measure, filters.measure), (D.state, filters.state)):
        query = query if value is None else query.where(column == value)
    return query


async def in_force_of(session: AsyncSession, code: str) -> Sequence[MeasureDirective]:
    """The directives in force which an entity has brought about, for itself and for persons connected to it."""
    return (await session.scalars(select(D).where(D.code == code, D.state == State.IN_FORCE).order_by(D.id))).all()


async def on_ground(session: AsyncSession, item: RecordItem) -> Sequence[MeasureDirective]:
    """All directives that ever rested on an item of the record, whosever it was then."""
    same = (D.ground_kind == item.kind, D.ground_producer == item.producer, D.ground_key == item.key)
    return (await session.scalars(select(D).where(*same))).all()


async def grounds_of(session: AsyncSession, *codes: str) -> Sequence[RecordItem]:
    """The items on the record of an entity, under any of its codes, on which directives rest."""
    query = select(RecordItem).where(
        RecordItem.code.in_(codes), RecordItem.kind.in_(PUBLISHED_GROUNDS), RecordItem.superseded_at.is_(None)
    )
    return (await session.scalars(query.order_by(RecordItem.effective_from, RecordItem.id))).all()


async def assignments_of(session: AsyncSession, directive_id: uuid.UUID) -> Sequence[MeasureAssignment]:
    """The departments' parts in a directive."""
    query = select(MeasureAssignment).where(MeasureAssignment.directive_id == directive_id)
    return (await session.scalars(query.order_by(MeasureAssignment.department))).all()


async def changed_codes(session: AsyncSession, position: int, last: int, limit: int) -> tuple[list[str], int]:
    """Whose grounds changed behind `position` and up to `last`, and how far that looks: `limit` changes at a time.

    Only entities with a directive in force, or on a list which brings some by itself: nothing follows for the others.
    """
    listed = exists().where(
        RecordItem.code == Change.code, RecordItem.kind == SERIOUS_VIOLATION, RecordItem.superseded_at.is_(None)
    )
    directed = exists().where(D.code == Change.code, D.state == State.IN_FORCE)
    query = select(Change.code, Change.position).where(
        Change.position > position, Change.position <= last, Change.part.in_(PUBLISHED_GROUNDS), listed | directed
    )
    rows = (await session.execute(query.order_by(Change.position).limit(limit))).all()
    reached = int(rows[-1].position) if len(rows) == limit else last
    return list(dict.fromkeys(str(row.code) for row in rows)), reached


async def over(
    session: AsyncSession, today: date, limit: int, aside: Sequence[uuid.UUID] = ()
) -> Sequence[MeasureDirective]:
    """Directives in force whose last day has passed, but for those set aside."""
    query = select(D).where(D.state == State.IN_FORCE, D.until < today, D.id.not_in(aside))
    return (await session.scalars(query.order_by(D.until, D.id).limit(limit))).all()


_ADRIFT = text(
    """
    SELECT DISTINCT d.code FROM measure_directives d
    WHERE d.state = 'in_force' AND d.ground_kind IS NOT NULL AND d.code <> ALL (CAST(:aside AS text[])) AND NOT EXISTS (
        SELECT FROM record_items i
        WHERE i.producer = d.ground_producer AND i.kind = d.ground_kind AND i.key = d.ground_key
          AND i.superseded_at IS NULL
          AND coalesce(least(i.effective_until, i.publish_until), 'infinity') >= :today
          AND coalesce(i.content ->> 'state', '') NOT IN ('removed', 'revoked', 'repaired')
          AND i.content ->> 'removed_on' IS NULL
    )
    LIMIT :limit
    """
)


_UNFOLLOWED = text(
    """
    SELECT DISTINCT i.code FROM record_items i
    WHERE i.kind = 'serious_violation' AND i.superseded_at IS NULL AND i.code <> ALL (CAST(:aside AS text[]))
      AND i.effective_from > CAST(:today AS date) - make_interval(years => CAST(:years AS int))
      AND coalesce(least(i.effective_until, i.publish_until), 'infinity') >= CAST(:today AS date)
      AND coalesce(i.content ->> 'state', '') NOT IN ('removed', 'revoked', 'repaired')
      AND i.content ->> 'removed_on' IS NULL
      AND NOT EXISTS (
        SELECT FROM measure_directives d
        WHERE d.ground_producer = i.producer AND d.ground_kind = i.kind AND d.ground_key = i.key
      )
    LIMIT :limit
    """
)


async def adrift(session: AsyncSession, today: date, limit: int, aside: Sequence[str] = ()) -> list[str]:
    """Entities with a directive in force whose ground does not hold any more, whatever the feed has told."""
    given = {"today": today, "limit": limit, "aside": list(aside)}
    return [str(row[0]) for row in await session.execute(_ADRIFT, given)]


async def unfollowed(session: AsyncSession, today: date, limit: int, aside: Sequence[str] = ()) -> list[str]:
    """Entities listed as serious violators without any directive: following them has failed, or is still to come.

    Listings older than the longest rule's years bring nothing any more.
    """
    given = {"today": today, "limit": limit, "aside": list(aside), "years": LONGEST_YEARS}
    return [str(row[0]) for row in await session.execute(_UNFOLLOWED, given)]
