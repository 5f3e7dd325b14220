"""Reads of enterprises and mandates."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_sso.accounts.models import Account
from svc_sso.organisations.models import Mandate, Organisation


async def organisation(session: AsyncSession, code: str, *, lock: bool = False) -> Organisation | None:
    """The enterprise with a credit code, locked until the transaction ends if asked."""
    query = select(Organisation).where(Organisation.code == code).execution_options(populate_existing=True)
    return (await session.scalars(query.with_for_update() if lock else query)).first()


async def represented_by(session: AsyncSession, account_id: uuid.UUID) -> Sequence[Organisation]:
    """The enterprises whose legal representative has this account."""
    query = select(Organisation).where(Organisation.representative_id == account_id).order_by(Organisation.code)
    return (await session.scalars(query)).all()


async def mandate_in_force(session: AsyncSession, code: str, agent_id: uuid.UUID, day: date) -> Mandate | None:
    """The mandate under which someone acts for an enterprise on `day`."""
    query = select(Mandate).where(
        Mandate.organisation_code == code,
        Mandate.agent_id == agent_id,
        Mandate.ended_at.is_(None),
        Mandate.starts_on <= day,
        Mandate.ends_on >= day,
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


async def mandates_of_agent_on(
    session: AsyncSession, agent_id: uuid.UUID, day: date
) -> Sequence[tuple[Mandate, Organisation]]:
    """The mandates in force of an agent with their enterprises."""
    query = (
        select(Mandate, Organisation)
        .join(Organisation, Organisation.code == Mandate.organisation_code)
        .where(
            Mandate.agent_id == agent_id,
            Mandate.ended_at.is_(None),
            Mandate.starts_on <= day,
            Mandate.ends_on >= day,
        )
        .order_by(Mandate.organisation_code)
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


def mandates_for(code: str) -> Select[Any]:
    """The mandates of an enterprise, those which are over too."""
    return select(Mandate).where(Mandate.organisation_code == code)


def mandates_of(agent_id: uuid.UUID) -> Select[Any]:
    """The mandates of an agent, those which are over too."""
    return select(Mandate).where(Mandate.agent_id == agent_id)


async def locked_mandate(session: AsyncSession, mandate_id: uuid.UUID) -> Mandate | None:
    """The mandate, locked until the transaction ends."""
    query = select(Mandate).where(Mandate.id == mandate_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


async def is_open(session: AsyncSession, code: str, agent_id: uuid.UUID) -> bool:
    """Whether the agent has a mandate of the enterprise which is not over, now or in time to come."""
    query = select(Mandate.id).where(
        Mandate.organisation_code == code, Mandate.agent_id == agent_id, Mandate.ended_at.is_(None)
    )
    return await session.scalar(query) is not None


async def over(session: AsyncSession, day: date, limit: int) -> Sequence[tuple[Mandate, datetime | None]]:
    """Open mandates whose last day has passed or whose agent's account was closed, locked, with when it was closed."""
    query = (
        select(Mandate, Account.disabled_at)
        .join(Account, Account.id == Mandate.agent_id)
        .where(Mandate.ended_at.is_(None), or_(Mandate.ends_on < day, Account.disabled_at.is_not(None)))
        .order_by(Mandate.id)
        .limit(limit)
        .with_for_update(of=Mandate, skip_locked=True)
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]
