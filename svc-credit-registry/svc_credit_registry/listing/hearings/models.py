"""Hearings before a listing is decided."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned
from svc_credit_registry.listing.periods.models import Queued


class ListHearing(Queued, Versioned, Timestamps, Base):
    """A hearing which an enterprise has asked for about a proposed entry, its notice and its record."""

    __tablename__ = "list_hearings"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'announced', 'held', 'given_up', 'withdrawn', 'lapsed')", name="state"),
        CheckConstraint(
            "state NOT IN ('announced', 'held', 'given_up') OR (announced_on IS NOT NULL AND held_at IS NOT NULL)",
            name="announced",
        ),
        CheckConstraint("state <> 'held' OR record IS NOT NULL", name="recorded"),
        Index(
            "uq_list_hearings_open", "entry_id", unique=True, postgresql_where=text("state IN ('asked', 'announced')")
        ),
        Index("ix_list_hearings_entry_id", "entry_id", "id"),
        Index("ix_list_hearings_queue", "region", "due_on", "id", postgresql_where=text("due_on IS NOT NULL")),
    )  # fmt: skip

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_entries.id"))
    code: Mapped[str] = mapped_column(String(18, collation="C"))
    reasons: Mapped[str | None] = mapped_column(Text())
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_on: Mapped[date]
    announced_by: Mapped[str | None] = mapped_column(String(64))
    announced_on: Mapped[date | None]
    held_at: Mapped[datetime | None]
    place: Mapped[str | None] = mapped_column(Text())
    chair: Mapped[str | None] = mapped_column(String(100))
    is_public: Mapped[bool | None]
    closed_by: Mapped[str | None] = mapped_column(String(64))
    closed_on: Mapped[date | None]
    record: Mapped[str | None] = mapped_column(Text())
