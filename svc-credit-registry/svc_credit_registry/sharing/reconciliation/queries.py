"""Adding up receipts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.sharing.corrections.models import CorrectionRequest
from svc_credit_registry.sharing.corrections.rules import CorrectionState
from svc_credit_registry.sharing.reconciliation.rules import MOST_CAUSES
from svc_credit_registry.sharing.submissions.models import SubmissionReceipt
from svc_credit_registry.sharing.submissions.rules import ACCEPTED

R = SubmissionReceipt
Days = tuple[date, date]
_CAUSES = text(
    """
    SELECT fault ->> 'code', fault ->> 'pointer', count(*)
    FROM submission_receipts r, jsonb_array_elements(r.faults) fault
    WHERE r.producer = :producer AND r.kind = :kind AND r.outcome = 'refused'
      AND r.received_on BETWEEN :since AND :until
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT :most
    """
)


async def by_day(session: AsyncSession, producer: str | None, kind: str | None, days: Days) -> Sequence[Any]:
    """Day, producer, kind, outcome and how many rows."""
    keys = (R.received_on, R.producer, R.kind, R.outcome)
    query = select(*keys, func.count()).where(R.received_on.between(*days))
    if producer is not None:
        query = query.where(R.producer == producer)
    if kind is not None:
        query = query.where(R.kind == kind)
    return (await session.execute(query.group_by(*keys).order_by(R.received_on.desc(), R.producer, R.kind))).all()


async def quality(session: AsyncSession, producer: str | None, kind: str | None, days: Days) -> Sequence[Any]:
    """Producer, kind, fields there could be and are, records with a term and in time, joined by name."""
    taken = R.outcome.in_(ACCEPTED)
    late = func.coalesce(R.received_on > R.due_on, False)
    query = select(
        R.producer,
        R.kind,
        func.coalesce(func.sum(R.fields).filter(taken), 0),
        func.coalesce(func.sum(R.filled).filter(taken), 0),
        func.count().filter(R.due_on.is_not(None), R.outcome.in_(("created",))),
        func.count().filter(R.due_on.is_not(None), R.outcome.in_(("created",)), ~late),
        func.count().filter(taken, R.method.in_(("name", "former_name", "person"))),
    ).where(R.received_on.between(*days))
    if producer is not None:
        query = query.where(R.producer == producer)
    if kind is not None:
        query = query.where(R.kind == kind)
    return (await session.execute(query.group_by(R.producer, R.kind).order_by(R.producer, R.kind))).all()


async def causes(session: AsyncSession, producer: str, kind: str, days: Days) -> Sequence[Any]:
    """Code, pointer and number of the faults for which rows were refused, the most frequent first."""
    given = {"producer": producer, "kind": kind, "since": days[0], "until": days[1], "most": MOST_CAUSES}
    return (await session.execute(_CAUSES, given)).all()


async def corrections(session: AsyncSession, producer: str, kind: str, days: Days) -> tuple[int, int]:
    """How many corrections were asked for in these days, and how many are overdue on the last of them."""
    c = CorrectionRequest
    query = select(
        func.count().filter(c.asked_on.between(*days)),
        func.count().filter(c.state == CorrectionState.OPEN, c.due_on < days[1]),
    ).where(c.producer == producer, c.kind == kind)
    asked, overdue = (await session.execute(query)).one()
    return int(asked), int(overdue)
