"""Reading applications for repair, and penalties on the record."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from svc_credit_registry.cases import queries as cases
from svc_credit_registry.listing.repairs.models import NUMBERS, Repair, RepairProgress
from svc_credit_registry.listing.repairs.rules import State
from svc_credit_registry.record.feed.models import Change
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind

R = RecordItem
OPEN = (State.APPLIED.value, State.ACCEPTED.value)


async def next_number(session: AsyncSession) -> int:
    """A serial for the number of an application; gaps are normal."""
    return await cases.next_serial(session, NUMBERS)


async def find(session: AsyncSession, repair_id: uuid.UUID, *, lock: bool = False) -> Repair | None:
    """The application, locked until the transaction ends if asked."""
    return await cases.by_id(session, Repair, repair_id, lock=lock)


async def is_open(session: AsyncSession, producer: str, key: str) -> bool:
    """Whether an application for this penalty is being handled."""
    same = (Repair.producer == producer, Repair.item_key == key, Repair.state.in_(OPEN))
    return await session.scalar(select(Repair.id).where(*same).limit(1)) is not None


def of_enterprise(code: str) -> Select[Repair]:
    """All applications of an enterprise."""
    return select(Repair).where(Repair.code == code)


def queue(caller: Caller, overdue_on: date | None) -> Select[Repair]:
    """What the officers of a region, and of those below it, have to decide."""
    statement = select(Repair).where(cases.within(Repair.region, caller.region), Repair.due_on.is_not(None))
    return statement if overdue_on is None else statement.where(Repair.due_on < overdue_on)


async def penalties(session: AsyncSession, code: str) -> Sequence[RecordItem]:
    """The penalties that stand on the record of an enterprise, published or not, the latest first."""
    same = (R.code == code, R.kind == RecordKind.PENALTY, R.superseded_at.is_(None))
    return (await session.scalars(select(R).where(*same).order_by(R.produced_on.desc(), R.id))).all()


async def penalty(session: AsyncSession, producer: str, key: str) -> RecordItem | None:
    """One penalty, as it stands on the record."""
    same = (R.producer == producer, R.kind == RecordKind.PENALTY, R.key == key, R.superseded_at.is_(None))
    found: RecordItem | None = await session.scalar(select(R).where(*same))
    return found


async def first_recorded(session: AsyncSession, item: RecordItem) -> RecordItem:
    """The first version of an item: since then it is on the record."""
    same = (R.producer == item.producer, R.kind == item.kind, R.key == item.key)
    return (await session.scalars(select(R).where(*same).order_by(R.version).limit(1))).one()


async def is_listed(session: AsyncSession, code: str) -> bool:
    """Whether the enterprise stands on one of the lists."""
    kinds = (RecordKind.ABNORMAL_OPERATION, RecordKind.SERIOUS_VIOLATION)
    listed = select(R.id).where(R.code == code, R.kind.in_(kinds), R.superseded_at.is_(None)).limit(1)
    return await session.scalar(listed) is not None


async def progress(session: AsyncSession) -> RepairProgress:
    """How far the register is, locked until the transaction ends."""
    await session.execute(insert(RepairProgress).values(id=1, position=0).on_conflict_do_nothing())
    statement = select(RepairProgress).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).one()


async def changes_after(
    session: AsyncSession, position: int, limit: int, penalties: int
) -> tuple[int, Sequence[uuid.UUID]]:
    """The position of the last of up to `limit` changes behind `position`, and the penalties among them.

    The last is the one with which so many `penalties` are reached, if that comes first.
    """
    behind = select(Change.position).where(Change.position > position).order_by(Change.position).limit(limit)
    last = await session.scalar(select(func.max(behind.subquery().c.position)))
    if last is None:
        return position, []
    between = (Change.position > position, Change.position <= last)
    found = select(Change.position, Change.item_id).where(*between, Change.part == RecordKind.PENALTY)
    rows = (await session.execute(found.order_by(Change.position).limit(penalties))).all()
    reached = int(rows[-1].position) if len(rows) == penalties else int(last)
    return reached, [row.item_id for row in rows if row.item_id is not None]


async def without_term(session: AsyncSession, items: Sequence[uuid.UUID]) -> Sequence[RecordItem]:
    """The penalties among these versions which still stand and have no term of publication yet."""
    bare = (R.kind == RecordKind.PENALTY, R.superseded_at.is_(None), R.publish_until.is_(None))
    return (await session.scalars(select(R).where(R.id.in_(items), *bare).order_by(R.id))).all()


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


async def provisional(session: AsyncSession, limit: int) -> Sequence[Repair]:
    """Open applications some of whose dates rest on days off that were not published, locked."""
    statement = select(Repair).where(Repair.provisional, Repair.state.in_(OPEN)).order_by(Repair.id).limit(limit)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()
