"""Reading applications for repair."""

import uuid

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.listing.repairs.models import NUMBERS, Repair
from svc_credit_registry.listing.repairs.rules import State
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


async def is_listed(session: AsyncSession, code: str) -> bool:
    """Whether the enterprise stands on one of the lists."""
    kinds = (RecordKind.ABNORMAL_OPERATION, RecordKind.SERIOUS_VIOLATION)
    listed = select(R.id).where(R.code == code, R.kind.in_(kinds), R.superseded_at.is_(None)).limit(1)
    return await session.scalar(listed) is not None
