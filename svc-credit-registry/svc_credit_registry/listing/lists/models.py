"""Entries on the lists, the documents of their decisions, and what was done about each."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence, String, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.calendar import Interval
from shared.db import Base, Json, Timestamps, Versioned, uuid_key
from svc_credit_registry.listing.periods.models import Queued

NUMBERS = Sequence("list_numbers", minvalue=1, maxvalue=999_999, cycle=True, metadata=Base.metadata)
DOCUMENTS = Sequence("list_document_numbers", minvalue=1, metadata=Base.metadata)

_ENDED = "'removed', 'corrected', 'expired'"


class ListDocument(Base):
    """A decision: its number, what it decides and why, who answers for it. One document may name many enterprises."""

    __tablename__ = "list_documents"

    number: Mapped[str] = mapped_column(String(80), primary_key=True)
    act: Mapped[str] = mapped_column(String(32))
    list: Mapped[str] = mapped_column(String(16))
    ground: Mapped[str] = mapped_column(String(40))
    article: Mapped[str] = mapped_column(Text())
    facts: Mapped[str] = mapped_column(Text())
    reason: Mapped[str | None] = mapped_column(Text())
    authority: Mapped[str] = mapped_column(String(32))
    region: Mapped[str] = mapped_column(String(6))
    decided_by: Mapped[str] = mapped_column(String(64))
    decided_on: Mapped[date]
    entries: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ListEntry(Queued, Versioned, Timestamps, Base):
    """An enterprise on one of the lists, proposed for it, or once on it.

    Nothing is listed, refused or taken off without the document that says so: the constraints demand it.
    """

    __tablename__ = "list_entries"
    __table_args__ = (
        CheckConstraint("list IN ('abnormal', 'serious')", name="list_known"),
        CheckConstraint(f"state IN ('proposed', 'listed', 'not_listed', {_ENDED})", name="state"),
        CheckConstraint(
            "state = 'proposed' OR (document_number IS NOT NULL AND decided_on IS NOT NULL)", name="decided"
        ),
        CheckConstraint("state IN ('proposed', 'not_listed') OR listed_on IS NOT NULL", name="listed_has_day"),
        CheckConstraint(
            f"(state IN ({_ENDED})) = (ended_on IS NOT NULL AND end_document_number IS NOT NULL)", name="ended"
        ),
        UniqueConstraint("document_number", "document_item", name="uq_list_entries_document"),
        Index(
            "uq_list_entries_standing", "code", "list", "ground", func.coalesce(text("report_year"), 0), unique=True,
            postgresql_where=text("state IN ('proposed', 'listed')"),
        ),
        Index("ix_list_entries_code", "code", "id"),
        Index("ix_list_entries_public", "listed_on", "id", postgresql_where=text("state = 'listed'")),
        Index("ix_list_entries_region", "region", "listed_on", "id", postgresql_where=text("state = 'listed'")),
        Index("ix_list_entries_queue", "region", "due_on", "id", postgresql_where=text("due_on IS NOT NULL")),
        Index("ix_list_entries_warn_on", "warn_on", postgresql_where=text("state = 'listed' AND warned_on IS NULL")),
        Index(
            "ix_list_entries_escalates_on", "escalates_on",
            postgresql_where=text("state = 'listed' AND escalated_on IS NULL"),
        ),
        Index("ix_list_entries_expires_on", "expires_on", postgresql_where=text("state = 'listed'")),
        Index(
            "ix_list_entries_end_document", "end_document_number",
            postgresql_where=text("end_document_number IS NOT NULL"),
        ),
    )  # fmt: skip

    number: Mapped[str] = mapped_column(String(32), unique=True)
    list: Mapped[str] = mapped_column(String(16))
    ground: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"))
    name: Mapped[str]
    terms_version: Mapped[str] = mapped_column(String(32))
    report_year: Mapped[int | None]
    facts: Mapped[str] = mapped_column(Text())
    evidence: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_on: Mapped[date]
    decide_from: Mapped[date]
    statement: Mapped[str | None] = mapped_column(Text())
    stated_on: Mapped[date | None]
    waived_on: Mapped[date | None]
    heard_from: Mapped[date | None]
    heard_until: Mapped[date | None]
    consented_by: Mapped[str | None] = mapped_column(String(64))
    consented_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    document_number: Mapped[str | None] = mapped_column(ForeignKey("list_documents.number"))
    document_item: Mapped[int | None]
    listed_on: Mapped[date | None]
    objection_until: Mapped[date | None]
    warn_on: Mapped[date | None]
    escalates_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    early_removal_from: Mapped[date | None]
    warned_on: Mapped[date | None]
    escalated_on: Mapped[date | None]
    escalated_from: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("list_entries.id"))
    ended_on: Mapped[date | None]
    end_document_number: Mapped[str | None] = mapped_column(ForeignKey("list_documents.number"))

    @property
    def heard(self) -> Interval | None:
        """From when until when a hearing keeps the clock of the decision still: as planned, then as it was."""
        return (self.heard_from, self.heard_until) if self.heard_from and self.heard_until else None


class ListStep(Base):
    """One act about an entry. Those with `notice` are told to the enterprise: its inbox consists of them."""

    __tablename__ = "list_steps"
    __table_args__ = (
        Index("ix_list_steps_entry_id_id", "entry_id", "id"),
        Index("ix_list_steps_code_id", "code", "id", postgresql_where=text("notice")),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_entries.id"))
    code: Mapped[str] = mapped_column(String(18, collation="C"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    day: Mapped[date]
    act: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(String(16))
    document_number: Mapped[str | None] = mapped_column(ForeignKey("list_documents.number"))
    note: Mapped[str | None] = mapped_column(Text())
    notice: Mapped[bool]
