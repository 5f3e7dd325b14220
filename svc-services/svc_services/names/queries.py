"""Reads of reservations."""

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_services.names.models import NameReservation
from svc_services.names.rules import ReservationState

LIVE = NameReservation.state == ReservationState.RESERVED


def same_key(scope: str, trade_name: str, industry_class: str) -> ColumnElement[bool]:
    """Reservations which compete with each other: one trade name, one industry, one registrar."""
    return (
        (NameReservation.scope == scope)
        & (NameReservation.trade_name == trade_name)
        & (NameReservation.industry_class == industry_class)
    )


async def live_rival(session: AsyncSession, key: tuple[str, str, str], today: date) -> NameReservation | None:
    """The reservation which keeps this name on `today`."""
    running = or_(NameReservation.held, NameReservation.reserved_until >= today)
    query = select(NameReservation).where(LIVE, same_key(*key), running)
    return (await session.scalars(query)).first()


async def own(
    session: AsyncSession, reservation_id: uuid.UUID, holder: str, *, lock: bool = False
) -> NameReservation | None:
    """A reservation of `holder`; None for others' and unknown ones alike."""
    query = select(NameReservation).where(NameReservation.id == reservation_id, NameReservation.holder_id == holder)
    return (await session.scalars(query.with_for_update() if lock else query)).first()


async def by_id(session: AsyncSession, reservation_id: uuid.UUID) -> NameReservation:
    """A reservation, locked until the transaction ends."""
    query = select(NameReservation).where(NameReservation.id == reservation_id).with_for_update()
    return (await session.scalars(query)).one()


async def expired(
    session: AsyncSession, today: date, limit: int, only: ColumnElement[bool] | None = None
) -> Sequence[NameReservation]:
    """Reservations whose last day has passed, locked; those which others work on are left to them."""
    query = select(NameReservation).where(LIVE, ~NameReservation.held, NameReservation.reserved_until < today)
    if only is not None:
        query = query.where(only)
    return (await session.scalars(query.limit(limit).with_for_update(skip_locked=True))).all()


def held_by(holder: str) -> Select[NameReservation]:
    """All reservations of a person."""
    return select(NameReservation).where(NameReservation.holder_id == holder)
