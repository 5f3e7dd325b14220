"""What the register itself answers: lookups by code, and plain lists while there is no index to ask."""

from datetime import date

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.discovery.search.rules import Filters, Wanted
from svc_credit_registry.record.enterprises.models import Enterprise, EnterpriseSuccessor
from svc_credit_registry.record.records.models import RecordItem


async def by_code(session: AsyncSession, wanted: Wanted, after: str | None, limit: int) -> list[Enterprise]:
    """Up to `limit` enterprises behind the code `after`, by code."""
    statement = (await matching(session, wanted)).order_by(Enterprise.code).limit(limit)
    if after is not None:
        statement = statement.where(Enterprise.code > after)
    return list(await session.scalars(statement))


async def count(session: AsyncSession, wanted: Wanted, cap: int | None) -> int:
    """How many match; at most `cap` are counted when it is given."""
    inner = (await matching(session, wanted)).with_only_columns(Enterprise.code)
    if cap is not None:
        inner = inner.limit(cap)
    return await session.scalar(select(func.count()).select_from(inner.subquery())) or 0


async def matching(session: AsyncSession, wanted: Wanted) -> Select[Enterprise]:
    """Those that are asked for. One condition on the code alone: with OR the whole register would be walked by code."""
    statement = select(Enterprise).where(*_filters(wanted.filters))
    prefix = wanted.code_prefix
    if not prefix:
        return statement
    if new := await _went_on(session, prefix):  # so it is a whole code, and no other begins with it
        return statement.where(Enterprise.code.in_([prefix, *new]))
    return statement.where(Enterprise.code >= prefix, Enterprise.code < prefix + "Z")


async def _went_on(session: AsyncSession, code: str) -> list[str]:
    """The codes under which the record of a code or an old number has gone on, through any number of steps."""
    s = EnterpriseSuccessor
    steps = select(s.new_code.label("code")).where(s.old_code == code).cte("went_on", recursive=True)
    steps = steps.union(select(s.new_code).join(steps, s.old_code == steps.c.code))
    return list(await session.scalars(select(steps.c.code)))


def _filters(filters: Filters) -> list[ColumnElement[bool]]:
    e, clauses = Enterprise, list[ColumnElement[bool]]()
    if filters.region:
        clauses.append(e.region.startswith(filters.region))
    if filters.industry:
        clauses.append(e.industry_code.startswith(filters.industry))
    if filters.status is not None:
        clauses.append(e.status == filters.status)
    if filters.organisation_form is not None:
        clauses.append(e.organisation_form == filters.organisation_form)
    if filters.established_year is not None:
        year = filters.established_year
        clauses.append(e.established_on.between(date(year, 1, 1), date(year, 12, 31)))
    if filters.on_list is not None:
        r = RecordItem
        listed = select(r.code).where(
            r.kind == filters.on_list, r.superseded_at.is_(None), r.content["state"].astext == "listed"
        )
        clauses.append(e.code.in_(listed))
    return clauses
