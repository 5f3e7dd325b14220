"""Reading sizes, and the reports by which none was told yet."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.enterprises.rules import Status
from svc_credit_registry.record.feed.models import Change
from svc_credit_registry.record.feed.rules import REGISTRATION
from svc_credit_registry.reporting.filings.models import AnnualReport, ReportRevision
from svc_credit_registry.reporting.size_standards.rules import Size
from svc_credit_registry.reporting.small_micro.models import EnterpriseSize, SizeProgress

LISTED = (Size.SMALL, Size.MICRO)


async def unclassified(
    session: AsyncSession, limit: int, aside: Sequence[uuid.UUID] = ()
) -> Sequence[tuple[AnnualReport, ReportRevision, Enterprise]]:
    """Published reports by which no size was told yet, with what they say, but for those set aside.

    Locked; those at work are passed over.
    """
    statement = (
        select(AnnualReport, ReportRevision, Enterprise)
        .join(
            ReportRevision,
            (ReportRevision.report_id == AnnualReport.id) & (ReportRevision.revision == AnnualReport.revision),
        )
        .join(Enterprise, Enterprise.code == AnnualReport.code)
        .where(AnnualReport.revision > AnnualReport.classified_revision, AnnualReport.id.not_in(aside))
        .order_by(AnnualReport.id)
        .limit(limit)
        .with_for_update(of=AnnualReport, skip_locked=True)
    )
    return [(r, v, e) for r, v, e in (await session.execute(statement)).all()]


async def size_of(session: AsyncSession, code: str) -> EnterpriseSize | None:
    """The size of an enterprise, as its latest report tells it."""
    return await session.get(EnterpriseSize, code, populate_existing=True)


def directory(region: str, industry: str | None, size: Size | None) -> Select[Any, Any]:
    """Small and micro enterprises in business: (enterprise, size)."""
    statement = (
        select(Enterprise, EnterpriseSize)
        .join(EnterpriseSize, EnterpriseSize.code == Enterprise.code)
        .where(Enterprise.status == Status.ACTIVE, EnterpriseSize.size.in_(LISTED))
        .where(cases.within(EnterpriseSize.region, region))
    )
    if industry is not None:
        statement = statement.where(EnterpriseSize.industry_code.startswith(industry, autoescape=True))
    return statement if size is None else statement.where(EnterpriseSize.size == size)


async def progress(session: AsyncSession) -> SizeProgress:
    """How far the changes of the register were looked at, locked until the transaction ends."""
    await session.execute(insert(SizeProgress).values(id=1, position=0).on_conflict_do_nothing())
    statement = select(SizeProgress).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).one()


async def changed_after(session: AsyncSession, position: int, limit: int) -> tuple[int, Sequence[str]]:
    """The position of the last of up to `limit` changes behind `position`, and the enterprises among them which moved
    to another region or industry since their size was told.
    """
    behind = select(Change.position).where(Change.position > position).order_by(Change.position).limit(limit)
    last = await session.scalar(select(func.max(behind.subquery().c.position)))
    if last is None:
        return position, []
    registered = select(Change.code).where(
        Change.position > position, Change.position <= last, Change.part == REGISTRATION
    )
    moved = or_(Enterprise.region != EnterpriseSize.region, Enterprise.industry_code != EnterpriseSize.industry_code)
    codes = select(EnterpriseSize.code).join(Enterprise, Enterprise.code == EnterpriseSize.code)
    return int(last), (await session.scalars(codes.where(EnterpriseSize.code.in_(registered), moved))).all()


async def tell_anew(session: AsyncSession, codes: Sequence[str]) -> None:
    """Lets the reports that told the sizes of these enterprises tell them again."""
    telling = select(EnterpriseSize.year).where(EnterpriseSize.code == AnnualReport.code).scalar_subquery()
    # The report's own version and time stay as they are: nobody has edited it.
    seen = {"classified_revision": AnnualReport.revision - 1, "updated_at": AnnualReport.updated_at}
    await session.execute(
        update(AnnualReport).where(AnnualReport.code.in_(codes), AnnualReport.year == telling).values(seen)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
