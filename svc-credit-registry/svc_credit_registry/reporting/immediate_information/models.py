"""Immediate information: one row for each piece, one for each version that was published."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps, Versioned, uuid_key

SERIAL = Sequence("immediate_information_serial", minvalue=1, maxvalue=999_999, cycle=True, metadata=Base.metadata)


class ImmediateInformation(Versioned, Timestamps, Base):
    """What arose, when it was to be published and when it was. It is public from the moment it is filed."""

    __tablename__ = "immediate_information"
    __table_args__ = (
        CheckConstraint(
            "type IN ('capital', 'equity_change', 'licence', 'ip_pledge', 'penalty', 'other')", name="type"
        ),
        Index("ix_immediate_information_code", "code", "happened_on", "id"),
        Index("ix_immediate_information_filed", "filed_on", "region"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(32), unique=True)
    code: Mapped[str] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"))
    region: Mapped[str] = mapped_column(String(6, collation="C"))
    type: Mapped[str]
    happened_on: Mapped[date]
    details: Mapped[Json]
    due_on: Mapped[date]
    filed_on: Mapped[date]
    late: Mapped[bool]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")


class InformationRevision(Base):
    """A version as it was published. Rows are never changed."""

    __tablename__ = "immediate_information_revisions"
    __table_args__ = (UniqueConstraint("information_id", "revision"),)

    id: Mapped[uuid.UUID] = uuid_key()
    information_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("immediate_information.id", ondelete="RESTRICT"))
    revision: Mapped[int]
    happened_on: Mapped[date]
    details: Mapped[Json]
    published_on: Mapped[date]
    reason: Mapped[str | None]
    filed_by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
