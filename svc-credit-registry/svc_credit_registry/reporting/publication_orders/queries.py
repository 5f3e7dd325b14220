"""Reading orders to publish."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.cases import queries as cases
from svc_credit_registry.reporting.publication_orders.models import SERIAL, PublicationOrder
from svc_credit_registry.reporting.publication_orders.rules import State

O = PublicationOrder  # noqa: E741 - short for the columns of one table


async def next_serial(session: AsyncSession) -> int:
    """The next serial of a number; gaps are normal, it starts again after 999,999."""
    return await cases.next_serial(session, SERIAL)


async def find(session: AsyncSession, order_id: uuid.UUID, *, lock: bool = False) -> PublicationOrder | None:
    """One order, locked until the transaction ends if asked."""
    return await cases.by_id(session, PublicationOrder, order_id, lock=lock)


async def open_for(session: AsyncSession, code: str, kind: str, matter: str) -> bool:
    """Whether an order for the same is open."""
    same = (O.code == code, O.type == kind, O.matter == matter, O.state == State.OPEN)
    return (await session.scalar(select(O.id).where(*same))) is not None


def of_enterprise(code: str) -> Select[Any]:
    """The orders an enterprise was given."""
    return select(O).where(O.code == code)


def queue(region: str | None, expired_on: date | None) -> Select[Any]:
    """Open orders of a region and below; only those whose last day lies before `expired_on` if given."""
    statement = select(O).where(cases.within(O.region, region), O.state == State.OPEN)
    return statement if expired_on is None else statement.where(O.due_on < expired_on)


def to_review(region: str | None) -> Select[Any]:
    """Orders of a region and below which their enterprises say they have fulfilled, and nobody has looked at yet."""
    return select(O).where(cases.within(O.region, region), O.state == State.FULFILLED, O.reviewed_on.is_(None))


async def fulfilled_by(session: AsyncSession, information_id: uuid.UUID) -> PublicationOrder | None:
    """The order which was fulfilled by a piece of information."""
    same = (O.information_id == information_id, O.state == State.FULFILLED)
    return (await session.scalars(select(O).where(*same).limit(1))).one_or_none()


async def expired(
    session: AsyncSession, today: date, limit: int, aside: Sequence[uuid.UUID] = ()
) -> Sequence[PublicationOrder]:
    """Open orders whose last day has passed and which led to nothing yet, but for those set aside. Locked."""
    due = (O.state == State.OPEN, O.proposed_on.is_(None), O.due_on < today, O.id.not_in(aside))
    statement = select(O).where(*due).order_by(O.due_on, O.id).limit(limit)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()
