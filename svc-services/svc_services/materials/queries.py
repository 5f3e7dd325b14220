"""Reads of materials."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from svc_services.materials.models import Material


async def of_application(session: AsyncSession, application_id: uuid.UUID) -> dict[str, Material]:
    """What was handed in for an application, by code."""
    query = select(Material).where(Material.application_id == application_id).order_by(Material.code)
    return {m.code: m for m in await session.scalars(query)}


async def one(session: AsyncSession, application_id: uuid.UUID, code: str) -> Material | None:
    """The file for one material of an application."""
    query = select(Material).where(Material.application_id == application_id, Material.code == code)
    return (await session.scalars(query)).first()
