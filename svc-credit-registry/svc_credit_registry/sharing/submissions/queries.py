"""Reading receipts."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Select, func, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.db import Sessions
from svc_credit_registry.sharing.submissions.models import SubmissionReceipt
from svc_credit_registry.sharing.submissions.rules import ACCEPTED, SubmissionOutcome

R = SubmissionReceipt
PART = 1000
"""Receipts that an export reads at once."""


async def enter(
    session: AsyncSession, rows: Sequence[dict[str, Any]], *, read: bool = True
) -> Sequence[SubmissionReceipt]:
    """Writes receipts, and gives them back if they are to be `read`."""
    if not read:
        await session.execute(insert(R), rows)
        return []
    return (await session.scalars(insert(R).returning(R, sort_by_parameter_order=True), rows)).all()


async def revisions(session: AsyncSession, producer: str, kind: str, keys: Sequence[str]) -> dict[str, int]:
    """The highest revision of each key that was taken or waits."""
    query = (
        select(R.key, func.max(R.revision))
        .where(
            R.producer == producer,
            R.kind == kind,
            R.key.in_(keys),
            R.revision.is_not(None),
            R.outcome.in_((*ACCEPTED, SubmissionOutcome.WAITING)),
        )
        .group_by(R.key)
    )
    return {str(key): int(revision or 0) for key, revision in await session.execute(query)}


async def overtake(session: AsyncSession, producer: str, kind: str, keys: Sequence[str]) -> set[str]:
    """Ends the waiting of earlier rows of these keys; the keys of which some waited."""
    query = (
        update(R)
        .where(R.producer == producer, R.kind == kind, R.key.in_(keys), R.outcome == SubmissionOutcome.WAITING)
        .values(outcome=SubmissionOutcome.OVERTAKEN, payload=null(), resolved_at=func.now(), version=R.version + 1)
        .returning(R.key)
    )
    return set(await session.scalars(query.execution_options(synchronize_session=False)))


def receipts(**given: Any) -> Select[Any]:
    """The receipts that fit; None means any."""
    names = {"day": "received_on"}
    return select(R).filter_by(**{names.get(n, n): value for n, value in given.items() if value is not None})


def waiting(**given: Any) -> Select[Any]:
    """Rows that wait for a match and fit; None means any."""
    return receipts(**given).where(R.outcome == SubmissionOutcome.WAITING)


async def stream(sessions: Sessions, size: int = PART, **given: Any) -> AsyncIterator[Sequence[SubmissionReceipt]]:
    """The receipts that fit in the order of their coming, `size` at a time.

    Nothing is open in the database while a part is sent: a slow reader is in nobody's way. The rows of a file are
    ordered by their lines, which is the same order and has an index.
    """
    key: InstrumentedAttribute[Any] = R.id if given.get("batch_id") is None else R.line
    statement = receipts(**given).order_by(key).limit(size)
    last: Any = None
    while True:
        async with sessions() as session:
            part = (await session.scalars(statement if last is None else statement.where(key > last))).all()
        if part:
            yield part
        if len(part) < size:
            return
        last = getattr(part[-1], key.key)
