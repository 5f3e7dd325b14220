"""Applications for removal from the lists."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned
from svc_credit_registry.listing.periods.models import Queued


class Removal(Queued, Versioned, Timestamps, Base):
    """An application to be taken off a list, with the cure and what the authority found."""

    __tablename__ = "list_removals"
    __table_args__ = (
        CheckConstraint(
            "state IN ('applied', 'not_accepted', 'accepted', 'verified', 'granted', 'declined', 'revoked')",
            name="state",
        ),
        CheckConstraint(
            "state NOT IN ('granted', 'declined', 'revoked') OR document_number IS NOT NULL", name="decided"
        ),
        Index(
            "uq_list_removals_open", "entry_id", unique=True,
            postgresql_where=text("state IN ('applied', 'accepted', 'verified')"),
        ),
        Index("ix_list_removals_entry_id", "entry_id", "id"),
        Index("ix_list_removals_queue", "region", "due_on", "id", postgresql_where=text("due_on IS NOT NULL")),
    )  # fmt: skip

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_entries.id"))
    code: Mapped[str] = mapped_column(String(18, collation="C"))
    cure: Mapped[str] = mapped_column(Text())
    commitment: Mapped[str | None] = mapped_column(Text())
    applied_by: Mapped[str] = mapped_column(String(64))
    applied_on: Mapped[date]
    accepted_on: Mapped[date | None]
    verified_on: Mapped[date | None]
    findings: Mapped[str | None] = mapped_column(Text())
    decided_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(Text())
    document_number: Mapped[str | None] = mapped_column(ForeignKey("list_documents.number"))
