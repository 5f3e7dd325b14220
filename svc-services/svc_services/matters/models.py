"""The catalogue: matters with dated revisions, and what localities made better."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps, uuid_key

OWN = "services"
"""Handled by this service itself; any other value is the short name of the service that handles a matter."""


class Matter(Timestamps, Base):
    """One revision of a matter. Revisions are added, never edited: a case keeps the one it started under."""

    __tablename__ = "matters"
    __table_args__ = (
        UniqueConstraint("code", "revision"),
        UniqueConstraint("code", "in_force_from"),
        CheckConstraint("in_force_until IS NULL OR in_force_until > in_force_from", name="period"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    code: Mapped[str]
    revision: Mapped[int]
    in_force_from: Mapped[date]
    in_force_until: Mapped[date | None]
    name: Mapped[str]
    name_en: Mapped[str]
    online: Mapped[bool]
    handled_by: Mapped[str] = mapped_column(default=OWN, server_default=OWN)
    search_text: Mapped[str]
    guide: Mapped[Json]


class Implementation(Timestamps, Base):
    """How a locality carries out a matter: only what it made more favourable, with its dates."""

    __tablename__ = "matter_implementations"
    __table_args__ = (
        UniqueConstraint("code", "region", "in_force_from"),
        Index("ix_matter_implementations_region", "region"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    code: Mapped[str]
    region: Mapped[str]
    in_force_from: Mapped[date]
    in_force_until: Mapped[date | None] = mapped_column(default=None)
    changes: Mapped[Json]
