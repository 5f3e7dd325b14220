"""The narrow read behind every check, and the log of checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Date, LargeBinary, Row, Select, String, bindparam, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.supervision.restrictions.models import RestrictionCheck

# One row for each code at least, so that it also tells whether the register knows it. A code that went on under another
# one takes its measures along, through any number of steps: nobody gets rid of them by a merger. Nor by showing a code
# that he had before: it is answered with what stands against him now.
_ENTITIES = text(
    """
    WITH RECURSIVE goes_on (asked, code) AS (
        SELECT code, code COLLATE "C" FROM unnest(:codes) AS c(code)
        UNION
        SELECT g.asked, s.new_code FROM goes_on g JOIN enterprise_successors s ON s.old_code = g.code
        WHERE NOT EXISTS (SELECT FROM enterprises e WHERE e.code = g.code AND e.status = 'active')
    ), went_on (asked, code) AS (
        SELECT asked, code FROM goes_on
        UNION
        SELECT w.asked, s.old_code FROM went_on w JOIN enterprise_successors s ON s.new_code = w.code
    )
    SELECT a.code AS asked, (SELECT true FROM enterprises e WHERE e.code = a.code) AS known, d.*
    FROM unnest(:codes) AS a(code)
    LEFT JOIN LATERAL (
        SELECT d.id, d.number, d.measure, d.effect, d.matters, d.subject, d.role, d.code, d.since, d.until, d.basis,
               d.ground, d.unit
        FROM went_on w JOIN measure_directives d ON d.code = w.code
        WHERE w.asked = a.code AND d.state = 'in_force' AND d.subject = 'entity'
          AND d.since <= :today AND d.until >= :today
    ) d ON true
    ORDER BY d.number
    """
).bindparams(bindparam("codes", type_=ARRAY(String())), bindparam("today", type_=Date()))

_PERSONS = text(
    """
    SELECT d.person_key, d.name_key, d.id, d.number, d.measure, d.effect, d.matters, d.subject, d.role, d.code, d.since,
           d.until, d.basis, d.ground, d.unit
    FROM measure_directives d
    WHERE d.state = 'in_force' AND d.subject = 'person' AND d.since <= :today AND d.until >= :today
      AND (d.person_key = ANY(:keys) OR (d.person_key IS NULL AND d.name_key = ANY(:names)))
    ORDER BY d.number
    """
).bindparams(
    bindparam("keys", type_=ARRAY(LargeBinary())),
    bindparam("names", type_=ARRAY(LargeBinary())),
    bindparam("today", type_=Date()),
)


@dataclass(frozen=True)
class Filters:
    """What the log of checks is narrowed to."""

    code: str | None = None
    requester: str | None = None
    case_id: str | None = None


async def of_entities(session: AsyncSession, codes: Sequence[str], today: date) -> Sequence[Row[Any]]:
    """One row for each code at least: whether it is known, and each measure in force for it or what went on in it."""
    return (await session.execute(_ENTITIES, {"codes": list(codes), "today": today})).all()


async def of_persons(
    session: AsyncSession, keys: Sequence[bytes], names: Sequence[bytes], today: date
) -> Sequence[Row[Any]]:
    """The measures in force for these persons, and those of persons known by one of these names only."""
    parameters = {"keys": list(keys), "names": list(names), "today": today}
    return (await session.execute(_PERSONS, parameters)).all()


async def note(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Notes what was asked, in one statement."""
    await session.execute(insert(RestrictionCheck.__table__), [dict(row) for row in rows])  # type: ignore[arg-type]


def log(filters: Filters) -> Select[RestrictionCheck]:
    """The questions that were asked."""
    query = select(RestrictionCheck)
    for name in ("code", "requester", "case_id"):
        value = getattr(filters, name)
        query = query if value is None else query.where(getattr(RestrictionCheck, name) == value)
    return query
