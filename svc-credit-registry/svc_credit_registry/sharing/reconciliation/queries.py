"""Adding up receipts: as many statements for all producers as for one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.sharing.corrections.models import CorrectionRequest
from svc_credit_registry.sharing.corrections.rules import CorrectionState
from svc_credit_registry.sharing.matching.rules import Method
from svc_credit_registry.sharing.reconciliation.rules import MOST_CAUSES
from svc_credit_registry.sharing.submissions.models import SubmissionReceipt
from svc_credit_registry.sharing.submissions.rules import ACCEPTED, SubmissionOutcome

R = SubmissionReceipt
Series = tuple[str, str]
"""Producer and kind."""


@dataclass(frozen=True)
class Wanted:
    """Whose rows, of which kind, of which days of receipt; None means any."""

    producer: str | None
    kind: str | None
    since: date
    until: date


_CAUSES = text(
    """
    SELECT producer, kind, code, pointer, found FROM (
        SELECT r.producer, r.kind, fault ->> 'code' AS code, fault ->> 'pointer' AS pointer, count(*) AS found,
            row_number() OVER (
                PARTITION BY r.producer, r.kind ORDER BY count(*) DESC, fault ->> 'code', fault ->> 'pointer'
            ) AS place
        FROM submission_receipts r, jsonb_array_elements(r.faults) fault
        WHERE r.outcome = 'refused' AND r.received_on BETWEEN :since AND :until
          AND (CAST(:producer AS text) IS NULL OR r.producer = :producer)
          AND (CAST(:kind AS text) IS NULL OR r.kind = :kind)
        GROUP BY r.producer, r.kind, fault ->> 'code', fault ->> 'pointer'
    ) AS ranked
    WHERE place <= :most ORDER BY producer, kind, place
    """
)


async def by_day(session: AsyncSession, wanted: Wanted, limit: int) -> Sequence[Any]:
    """Day, producer, kind, outcome and how many rows; at most `limit` of them."""
    keys = (R.received_on, R.producer, R.kind, R.outcome)
    query = select(*keys, func.count()).where(*_asked(wanted)).group_by(*keys)
    return (await session.execute(query.order_by(R.received_on.desc(), R.producer, R.kind).limit(limit))).all()


async def by_outcome(session: AsyncSession, wanted: Wanted) -> Sequence[Any]:
    """Producer, kind, outcome and how many rows."""
    keys = (R.producer, R.kind, R.outcome)
    return (await session.execute(select(*keys, func.count()).where(*_asked(wanted)).group_by(*keys))).all()


async def quality(session: AsyncSession, wanted: Wanted, limit: int) -> Sequence[Any]:
    """Producer, kind, fields there could be and are, records with a term and in time, joined by name.

    What was pushed again unchanged says nothing of the data a second time.
    """
    taken = R.outcome.in_(ACCEPTED) & (R.outcome != SubmissionOutcome.UNCHANGED)
    late = func.coalesce(R.received_on > R.due_on, False)
    with_term = R.due_on.is_not(None) & (R.outcome == SubmissionOutcome.CREATED)
    query = select(
        R.producer,
        R.kind,
        func.coalesce(func.sum(R.fields).filter(taken), 0),
        func.coalesce(func.sum(R.filled).filter(taken), 0),
        func.count().filter(with_term),
        func.count().filter(with_term, ~late),
        func.count().filter(taken, R.method.in_((Method.NAME, Method.FORMER_NAME, Method.PERSON))),
    )
    query = query.where(*_asked(wanted)).group_by(R.producer, R.kind).order_by(R.producer, R.kind)
    return (await session.execute(query.limit(limit))).all()


def _asked(wanted: Wanted) -> list[ColumnElement[bool]]:
    given = ((R.producer, wanted.producer), (R.kind, wanted.kind))
    days = R.received_on.between(wanted.since, wanted.until)
    return [days, *(column == value for column, value in given if value is not None)]


async def causes(session: AsyncSession, wanted: Wanted) -> Mapping[Series, Sequence[tuple[str, str, int]]]:
    """Code, pointer and number of the faults for which rows were refused, the most frequent first."""
    found: dict[Series, list[tuple[str, str, int]]] = defaultdict(list)
    rows = await session.execute(_CAUSES, asdict(wanted) | {"most": MOST_CAUSES})
    for producer, kind, code, pointer, count in rows:
        found[producer, kind].append((code, pointer, count))
    return found


async def corrections(session: AsyncSession, wanted: Wanted) -> Mapping[Series, tuple[int, int]]:
    """How many corrections were asked for in these days, and how many are open though due before the last of them.

    Producers and kinds with neither are left out.
    """
    c = CorrectionRequest
    asked = c.asked_on.between(wanted.since, wanted.until)
    overdue = (c.state == CorrectionState.OPEN) & (c.due_on < wanted.until)
    query = select(c.producer, c.kind, func.count().filter(asked), func.count().filter(overdue))
    query = query.where(asked | overdue)
    given = ((c.producer, wanted.producer), (c.kind, wanted.kind))
    query = query.where(*(column == value for column, value in given if value is not None))
    rows = await session.execute(query.group_by(c.producer, c.kind))
    return {(producer, kind): (int(number), int(late)) for producer, kind, number, late in rows}
