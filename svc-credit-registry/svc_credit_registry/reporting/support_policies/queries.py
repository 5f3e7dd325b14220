"""Reading policies and benefits."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.codes import regions
from svc_credit_registry.cases import queries as cases
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.reporting.filings.models import AnnualReport
from svc_credit_registry.reporting.support_policies.models import SupportBenefit, SupportPolicy
from svc_credit_registry.reporting.support_policies.rules import LISTS, State

P, B = SupportPolicy, SupportBenefit


async def policy(session: AsyncSession, policy_id: uuid.UUID, *, lock: bool = False) -> SupportPolicy | None:
    """One policy, locked until the transaction ends if asked."""
    return await cases.by_id(session, SupportPolicy, policy_id, lock=lock)


def published(today: date, kind: str | None = None, region: str | None = None) -> Select[Any]:
    """Policies in force; with `region` those that hold there: of the region itself and of those above it."""
    statement = select(P).where(
        P.state == State.PUBLISHED, P.valid_from <= today, or_(P.valid_until.is_(None), P.valid_until >= today)
    )
    if region is not None:
        above = regions.path(region) if regions.is_known(region) else ()
        statement = statement.where(P.region.in_([*above, region, regions.NATION]))
    return statement if kind is None else statement.where(P.kind == kind)


def of_unit(unit: str) -> Select[Any]:
    """All policies of a unit, drafts too."""
    return select(P).where(P.unit == unit)


async def reported_years(session: AsyncSession, code: str) -> frozenset[int]:
    """The years for which an enterprise has published its report."""
    statement = select(AnnualReport.year).where(AnnualReport.code == code, AnnualReport.revision > 0)
    return frozenset(await session.scalars(statement))


async def lists_of(session: AsyncSession, code: str) -> frozenset[str]:
    """The lists on which an enterprise stands now."""
    statement = select(RecordItem.kind).where(
        RecordItem.code == code,
        RecordItem.kind.in_(tuple(LISTS)),
        RecordItem.superseded_at.is_(None),
        RecordItem.content["state"].astext == "listed",
    )
    return frozenset(await session.scalars(statement))


async def benefit(session: AsyncSession, benefit_id: uuid.UUID, *, lock: bool = False) -> SupportBenefit | None:
    """One benefit, locked until the transaction ends if asked."""
    return await cases.by_id(session, SupportBenefit, benefit_id, lock=lock)


async def by_reference(session: AsyncSession, unit: str, reference: str) -> SupportBenefit | None:
    """The public benefit which a unit gave under a number of its own; withdrawn ones leave the number free."""
    same = (B.unit == unit, B.reference == reference, B.withdrawn_on.is_(None))
    return (await session.scalars(select(B).where(*same))).one_or_none()


def benefits(region: str, policy_id: uuid.UUID | None, code: str | None) -> Select[Any]:
    """Public benefits of a region and below."""
    statement = select(B).where(
        B.withdrawn_on.is_(None), cases.within(B.region, region)
    )  # fmt: skip
    if code is not None:
        statement = statement.where(B.code == code)
    return statement if policy_id is None else statement.where(B.policy_id == policy_id)
