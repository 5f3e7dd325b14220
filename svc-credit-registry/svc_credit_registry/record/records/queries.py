"""Reading the items of the public record: as they stand, as they stood, and with all their versions."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from svc_credit_registry.record.enterprises.rules import end_of
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind

R = RecordItem


def standing(code: str, kind: RecordKind | None = None) -> Select[RecordItem]:
    """The items that stand on the record of an enterprise now, also those whose publication has ended."""
    statement = select(R).where(R.code == code, R.superseded_at.is_(None))
    return statement if kind is None else statement.where(R.kind == kind)


def stood_on(day: date) -> ColumnElement[bool]:
    """The version stood at the end of `day` in Asia/Shanghai."""
    end = end_of(day)
    return (R.recorded_at < end) & or_(R.superseded_at.is_(None), R.superseded_at >= end)


def shown(code: str, kind: RecordKind | None, day: date, today: date) -> Select[RecordItem]:
    """What the public may see of the record as it stood at the end of `day`.

    What had left publication by that day is not in it; nor is what has left it since, by the latest word about it:
    otherwise a repair would end nothing, as everybody could ask for the day before.
    """
    statement = select(R).where(R.code == code, stood_on(day), _published(day), _public(today))
    return statement if kind is None else statement.where(R.kind == kind)


def _public(today: date) -> ColumnElement[bool]:
    """The public may see the version still: by the latest word about its item."""
    latest = aliased(RecordItem)
    last_word = (
        select(func.coalesce(latest.publish_until, date.max))
        .where(latest.producer == R.producer, latest.kind == R.kind, latest.key == R.key)
        .order_by(latest.version.desc())
        .limit(1)
        .correlate(R)
        .scalar_subquery()
    )
    return or_(R.superseded_at.is_(None) & _published(today), R.superseded_at.is_not(None) & (last_word >= today))


def _published(day: date) -> ColumnElement[bool]:
    return or_(R.publish_until.is_(None), R.publish_until >= day)


def first_of_each_kind(code: str, day: date, today: date, number: int) -> Select[RecordItem]:
    """The latest `number` items of each kind that `shown` holds."""
    inner = shown(code, None, day, today).subquery()
    order = (inner.c.effective_from.desc(), inner.c.id.desc())
    rank = func.row_number().over(partition_by=inner.c.kind, order_by=order)
    ranked = select(inner.c.id, rank.label("rank")).subquery()
    statement = select(R).join(ranked, ranked.c.id == R.id).where(ranked.c.rank <= number)
    return statement.order_by(R.kind, R.effective_from.desc(), R.id.desc())


async def is_public(session: AsyncSession, item: RecordItem, today: date) -> bool:
    """Whether the public may see this version still: by the latest word about its item."""
    return await are_public(session, [item.id], today)


async def are_public(session: AsyncSession, ids: Sequence[uuid.UUID], today: date) -> bool:
    """Whether the public may see all of these versions still."""
    hidden = select(R.id).where(R.id.in_(ids), ~_public(today)).limit(1)
    return await session.scalar(hidden) is None


async def as_of(session: AsyncSession, code: str, day: date, today: date) -> Sequence[RecordItem]:
    """What the public may see of the record at the end of `day`: the latest first within each kind."""
    order = (R.kind, R.effective_from.desc(), R.id.desc())
    return (await session.scalars(shown(code, None, day, today).order_by(*order))).all()


async def counts(session: AsyncSession, code: str, day: date, today: date) -> dict[str, int]:
    """How many items of each kind `as_of` holds; kinds without any are left out."""
    inner = shown(code, None, day, today).subquery()
    rows = await session.execute(select(inner.c.kind, func.count()).group_by(inner.c.kind))
    return {str(kind): int(number) for kind, number in rows}


async def current(session: AsyncSession, code: str, kind: RecordKind | None = None) -> Sequence[RecordItem]:
    """The items of `standing`, the latest first."""
    return (await session.scalars(standing(code, kind).order_by(R.effective_from.desc(), R.id.desc()))).all()


async def current_of(
    session: AsyncSession, producer: str, kind: RecordKind, key: str, *, lock: bool = False
) -> RecordItem | None:
    """The version of one item that stands now."""
    same = (R.producer == producer, R.kind == kind, R.key == key, R.superseded_at.is_(None))
    statement = select(R).where(*same).execution_options(populate_existing=True)
    return (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()


async def last_version(session: AsyncSession, producer: str, kind: RecordKind, key: str) -> int:
    """The number of the latest version of one item; 0 when there is none."""
    same = (R.producer == producer, R.kind == kind, R.key == key)
    return await session.scalar(select(func.max(R.version)).where(*same)) or 0


async def make_void(session: AsyncSession, producer: str, kind: RecordKind, key: str) -> None:
    """Marks all versions of an item as such that never should have stood on the record."""
    same = (R.producer == producer, R.kind == kind, R.key == key)
    await session.execute(update(R).where(*same).values(is_void=True))


async def by_id(session: AsyncSession, item_id: uuid.UUID) -> RecordItem | None:
    """One version of an item."""
    return await session.get(RecordItem, item_id)


def versions_of(code: str, kind: RecordKind | None) -> Select[RecordItem]:
    """All versions of all items of an enterprise, shown or not: for those who answer for the register."""
    statement = select(R).where(R.code == code)
    return statement if kind is None else statement.where(R.kind == kind)
