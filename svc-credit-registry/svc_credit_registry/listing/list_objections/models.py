"""Objections of enterprises to their entries."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned
from svc_credit_registry.listing.periods.models import Queued


class ListObjection(Queued, Versioned, Timestamps, Base):
    """An objection to one entry, and what became of it."""

    __tablename__ = "list_objections"
    __table_args__ = (
        CheckConstraint("state IN ('filed', 'not_accepted', 'accepted', 'upheld', 'rejected')", name="state"),
        Index(
            "uq_list_objections_open", "entry_id", unique=True, postgresql_where=text("state IN ('filed', 'accepted')")
        ),
        Index("ix_list_objections_entry_id", "entry_id", "id"),
        Index("ix_list_objections_queue", "region", "due_on", "id", postgresql_where=text("due_on IS NOT NULL")),
    )  # fmt: skip

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_entries.id"))
    code: Mapped[str] = mapped_column(String(18, collation="C"))
    reasons: Mapped[str] = mapped_column(Text())
    evidence: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    filed_by: Mapped[str] = mapped_column(String(64))
    filed_on: Mapped[date]
    accepted_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    corrected_on: Mapped[date | None]
    decision_reason: Mapped[str | None] = mapped_column(Text())
    document_number: Mapped[str | None] = mapped_column(ForeignKey("list_documents.number"))
