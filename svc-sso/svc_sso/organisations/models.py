"""Enterprises as far as people act for them, and the mandates under which agents do."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned, uuid_key
from shared.privacy import EncryptedText


class Organisation(Versioned, Timestamps, Base):
    """An enterprise of the register; `representative_id` is the account of its legal representative, if he has one."""

    __tablename__ = "organisations"

    code: Mapped[str] = mapped_column(String(18), primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    region: Mapped[str] = mapped_column(String(6))
    representative_name: Mapped[str] = mapped_column(EncryptedText("organisations.representative_name"))
    representative_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    representative_since: Mapped[datetime | None]


class Mandate(Versioned, Timestamps, Base):
    """An agent's right to act for an enterprise, in `matters` (None: all), from one day to another, both included."""

    __tablename__ = "mandates"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="period"),
        CheckConstraint("(ended_at IS NULL) = (ended_reason IS NULL)", name="ended"),
        Index(
            "uq_mandates_open", "organisation_code", "agent_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
        Index("ix_mandates_agent", "agent_id", "id"),
        Index("ix_mandates_ends_on", "ends_on", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    organisation_code: Mapped[str] = mapped_column(ForeignKey("organisations.code"))
    agent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    granted_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    matters: Mapped[list[str] | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None] = mapped_column(String(16))
