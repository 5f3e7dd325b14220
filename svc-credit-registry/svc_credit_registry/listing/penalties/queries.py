"""Reading penalties on the record, and how far the register is in following them."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.listing.penalties.models import RepairProgress
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind

R = RecordItem


async def penalties(session: AsyncSession, code: str) -> Sequence[RecordItem]:
    """The penalties that stand on the record of an enterprise, published or not, the latest first."""
    same = (R.code == code, R.kind == RecordKind.PENALTY, R.superseded_at.is_(None))
    return (await session.scalars(select(R).where(*same).order_by(R.produced_on.desc(), R.id))).all()


async def penalty(session: AsyncSession, producer: str, key: str) -> RecordItem | None:
    """One penalty, as it stands on the record."""
    same = (R.producer == producer, R.kind == RecordKind.PENALTY, R.key == key, R.superseded_at.is_(None))
    found: RecordItem | None = await session.scalar(select(R).where(*same))
    return found


async def first_versions(session: AsyncSession, items: Sequence[RecordItem]) -> dict[tuple[str, str], RecordItem]:
    """The first version of each of these penalties, by producer and key: since then it is on the record."""
    names = [(item.producer, item.key) for item in items]
    firsts = select(R).where(R.kind == RecordKind.PENALTY, tuple_(R.producer, R.key).in_(names))
    firsts = firsts.ext(distinct_on(R.producer, R.key)).order_by(R.producer, R.key, R.version)
    return {(row.producer, row.key): row for row in await session.scalars(firsts)}


async def published_again(session: AsyncSession, items: Sequence[RecordItem]) -> dict[tuple[str, str], RecordItem]:
    """The version with which each of these penalties was published again after its repair was revoked, if it was."""
    names = [(item.producer, item.key) for item in items]
    same = (R.kind == RecordKind.PENALTY, tuple_(R.producer, R.key).in_(names))
    repaired = (
        select(R.producer, R.key, func.max(R.version).label("version"))
        .where(*same, R.content["state"].as_string() == "repaired")
        .group_by(R.producer, R.key)
        .subquery()
    )
    behind = (R.producer == repaired.c.producer, R.key == repaired.c.key, R.version == repaired.c.version + 1)
    again = select(R).join(repaired, and_(*behind)).where(*same)
    return {(row.producer, row.key): row for row in await session.scalars(again)}


async def progress(session: AsyncSession) -> RepairProgress:
    """How far the register is, locked until the transaction ends."""
    await session.execute(insert(RepairProgress).values(id=1, position=0).on_conflict_do_nothing())
    statement = select(RepairProgress).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).one()


async def without_term(session: AsyncSession, aside: Sequence[uuid.UUID], limit: int) -> Sequence[RecordItem]:
    """Penalties that stand on the record and have no term of publication yet, but for those set aside."""
    # Written out, for an index of just these rows answers no parameter.
    kind = literal(RecordKind.PENALTY.value, literal_execute=True)
    bare = (R.kind == kind, R.superseded_at.is_(None), R.publish_until.is_(None), R.id.not_in(aside))
    return (await session.scalars(select(R).where(*bare).order_by(R.id).limit(limit))).all()


async def ended_publications(
    session: AsyncSession, after: tuple[date, uuid.UUID | None] | None, today: date, limit: int
) -> Sequence[RecordItem]:
    """Items whose last day of publication is over, behind a place in the order of that day and of their ids."""
    over = select(R).where(R.superseded_at.is_(None), R.publish_until < today)
    if after is not None:
        day, item = after
        behind = R.publish_until > day
        if item is not None:
            behind = or_(behind, tuple_(R.publish_until, R.id) > (day, item))
        over = over.where(behind)
    return (await session.scalars(over.order_by(R.publish_until, R.id).limit(limit))).all()
