"""Cases of verification, and what was done on them."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned, uuid_key
from shared.privacy import EncryptedText

SERIAL = Sequence("objection_serial", minvalue=1, maxvalue=999_999, cycle=True, metadata=Base.metadata)
RUNNING = "state IN ('received', 'producer_asked', 'producer_answered')"


class Objection(Versioned, Timestamps, Base):
    """One person's doubt about one item of the record, and what verification found."""

    __tablename__ = "record_objections"
    __table_args__ = (
        CheckConstraint(
            "state IN ('received', 'producer_asked', 'producer_answered', 'awaiting_correction', 'closed', "
            "'withdrawn')",
            name="state",
        ),
        CheckConstraint("outcome IS NULL OR answered_on IS NOT NULL", name="answered"),
        Index("ix_record_objections_asker", "asker_id", "created_at", "id"),
        Index("ix_record_objections_org", "asker_org", "created_at", "id"),
        Index("ix_record_objections_code", "code", "created_at", "id"),
        Index("ix_record_objections_queue", "region", "due_on", "id", postgresql_where=text(RUNNING)),
        Index(
            "ix_record_objections_producer", "item_producer", "due_on", "id",
            postgresql_where=text("state IN ('producer_asked', 'awaiting_correction')"),
        ),
        Index(
            "uq_record_objections_open", "asker_id", "item_kind", "item_producer", "item_key", unique=True,
            postgresql_where=text(RUNNING),
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[str]
    code: Mapped[str] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"))
    region: Mapped[str] = mapped_column(String(6, collation="C"))
    item_id: Mapped[uuid.UUID | None]
    item_kind: Mapped[str]
    item_producer: Mapped[str]
    item_key: Mapped[str]
    item_version: Mapped[int]
    pointer: Mapped[str | None]
    asker_id: Mapped[str] = mapped_column(String(64))
    asker_org: Mapped[str | None] = mapped_column(String(18, collation="C"))
    facts: Mapped[str] = mapped_column(EncryptedText("record_objections.facts"))
    received_on: Mapped[date]
    due_on: Mapped[date]
    provisional: Mapped[bool]
    officer_id: Mapped[str | None] = mapped_column(String(64))
    question: Mapped[str | None] = mapped_column(EncryptedText("record_objections.question"))
    producer_asked_on: Mapped[date | None]
    producer_due_on: Mapped[date | None]
    producer_answer: Mapped[str | None] = mapped_column(EncryptedText("record_objections.producer_answer"))
    producer_answered_on: Mapped[date | None]
    outcome: Mapped[str | None]
    answer: Mapped[str | None] = mapped_column(EncryptedText("record_objections.answer"))
    answered_on: Mapped[date | None]
    correct_by: Mapped[date | None]
    corrected_on: Mapped[date | None]


class ObjectionStep(Base):
    """One act on a case, as its history tells it. Rows are never changed."""

    __tablename__ = "record_objection_steps"
    __table_args__ = (Index("ix_record_objection_steps_objection", "objection_id", "id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    objection_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("record_objections.id", ondelete="RESTRICT"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    act: Mapped[str]
    state: Mapped[str]
    by: Mapped[str] = mapped_column(String(16))
