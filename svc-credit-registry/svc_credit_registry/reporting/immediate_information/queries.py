"""Reading immediate information."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.reporting.immediate_information.models import SERIAL, ImmediateInformation, InformationRevision

LOCK = 41


async def next_serial(session: AsyncSession) -> int:
    """The next serial of a number; gaps are normal, it starts again after 999,999."""
    return await cases.next_serial(session, SERIAL)


async def find(session: AsyncSession, information_id: uuid.UUID, *, lock: bool = False) -> ImmediateInformation | None:
    """One piece, locked until the transaction ends if asked."""
    return await cases.by_id(session, ImmediateInformation, information_id, lock=lock)


def of_enterprise(code: str) -> Select[Any]:
    """All pieces of an enterprise."""
    return select(ImmediateInformation).where(ImmediateInformation.code == code)


async def one_at_a_time(session: AsyncSession, code: str) -> None:
    """Whoever files for the same enterprise waits until the transaction at hand ends, so a repetition is seen."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(code, LOCK))))


async def same(session: AsyncSession, row: ImmediateInformation) -> ImmediateInformation | None:
    """A piece that says the same of the same day."""
    statement = of_enterprise(row.code).where(
        ImmediateInformation.type == row.type,
        ImmediateInformation.happened_on == row.happened_on,
        ImmediateInformation.details == row.details,
    )
    return (await session.scalars(statement.limit(1))).one_or_none()


async def revisions(
    session: AsyncSession, ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[InformationRevision]]:  # fmt: skip
    """The published versions of these pieces, the first one first."""
    statement = select(InformationRevision).where(InformationRevision.information_id.in_(ids))
    found: dict[uuid.UUID, list[InformationRevision]] = {key: [] for key in ids}
    for row in await session.scalars(statement.order_by(InformationRevision.revision)):
        found[row.information_id].append(row)
    return found
