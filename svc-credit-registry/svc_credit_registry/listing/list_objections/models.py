"""Objections of enterprises to their entries."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned, uuid_key


class ListObjection(Versioned, Timestamps, Base):
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

    id: Mapped[uuid.UUID] = uuid_key()
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_entries.id"))
    code: Mapped[str] = mapped_column(String(18, collation="C"))
    region: Mapped[str] = mapped_column(String(6, collation="C"))
    state: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[str] = mapped_column(Text())
    evidence: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    filed_by: Mapped[str] = mapped_column(String(64))
    filed_on: Mapped[date]
    accepted_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    corrected_on: Mapped[date | None]
    decision_reason: Mapped[str | None] = mapped_column(Text())
    document_number: Mapped[str | None] = mapped_column(ForeignKey("list_documents.number"))
    due_on: Mapped[date | None]
    due_node: Mapped[str | None] = mapped_column(String(32))
    provisional: Mapped[bool] = mapped_column(default=False, server_default="false")
