"""Names that may be in the way of another one, found by index: the same, sounding alike, containing or contained."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.names.models import ComparedName
from svc_credit_registry.names.rules import TERMS, Name, Standing, scopes_above
from svc_credit_registry.wording.rules import pairs, sound_keys

LIMIT = 200
LONGEST_TERM_YEARS = max(years for terms in TERMS for years in terms.years.values())


async def candidates(
    session: AsyncSession, applicant: Name, own: uuid.UUID | None, today: date
) -> Sequence[ComparedName]:
    """Names of registrars in scope that one of the rules could name, at most 200 by each way of finding them.

    `own` is a reservation that is not in the applicant's way.
    """
    found: dict[uuid.UUID, ComparedName] = {}
    for way in _ways(applicant.parts.trade_name):
        statement = select(ComparedName).where(way, _in_scope(applicant.scope), _may_count(today))
        if own is not None:
            statement = statement.where(ComparedName.reservation_id.is_distinct_from(own))
        for row in await session.scalars(statement.order_by(ComparedName.id).limit(LIMIT)):
            found[row.id] = row
    return list(found.values())


def _ways(trade_name: str) -> Sequence[ColumnElement[bool]]:
    c = ComparedName
    parts = {trade_name[i:j] for i in range(len(trade_name)) for j in range(i + 2, len(trade_name) + 1)} - {trade_name}
    ways = [c.trade_name == trade_name, c.sounds.overlap(sound_keys(trade_name))]
    if len(trade_name) >= 2:
        ways.append(c.pairs.contains(pairs(trade_name)))
    if parts:
        ways.append(c.trade_name.in_(parts))
    return ways


def _may_count(today: date) -> ColumnElement[bool]:
    """Leaves out what ended before the longest term of any law; the rules look closer."""
    recent = ComparedName.ended_on > today - timedelta(days=366 * LONGEST_TERM_YEARS)
    return or_(ComparedName.standing.in_((Standing.REGISTERED, Standing.RESERVED)), recent)


def _in_scope(scope: str) -> ColumnElement[bool]:
    above = ComparedName.scope.in_(scopes_above(scope))
    if not scope:
        return true()
    return or_(above, ComparedName.scope.startswith(scope)) if len(scope) == 2 else above
