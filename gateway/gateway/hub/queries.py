"""Rows of incidents."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.hub.models import ServiceIncident


async def open_incident(session: AsyncSession, service: str, state: str, at: datetime) -> None:
    """Records that a service stands badly; an incident that lasts already only takes the new state."""
    row = insert(ServiceIncident).values(service=service, state=state, began_at=at)
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["service"], index_where=text("ended_at IS NULL"), set_={"state": row.excluded.state}
        )
    )


async def end_incident(session: AsyncSession, service: str, at: datetime) -> None:
    """Ends what lasts of a service, if anything does."""
    lasting = ServiceIncident.service == service, ServiceIncident.ended_at.is_(None)
    await session.execute(update(ServiceIncident).where(*lasting).values(ended_at=at))


async def incidents(session: AsyncSession, since: datetime, limit: int) -> Sequence[ServiceIncident]:
    """What lasts or ended after `since`, the newest first."""
    recent = or_(ServiceIncident.ended_at.is_(None), ServiceIncident.ended_at >= since)
    query = select(ServiceIncident).where(recent).order_by(ServiceIncident.began_at.desc(), ServiceIncident.id.desc())
    return (await session.scalars(query.limit(limit))).all()


async def forget(session: AsyncSession, before: datetime) -> None:
    """Drops incidents that ended before an instant."""
    await session.execute(delete(ServiceIncident).where(ServiceIncident.ended_at < before))
