"""Requests for correction."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, Index, Sequence, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps, Versioned, uuid_key

NUMBERS = Sequence("correction_request_numbers", metadata=Base.metadata)


class CorrectionRequest(Timestamps, Versioned, Base):
    """What is said to be wrong with an item, and what its producer answered."""

    __tablename__ = "record_correction_requests"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'corrected', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("state <> 'refused' OR answer <> ''", name="refused_with_reason"),
        Index(
            "uq_record_correction_requests_open", "producer", "kind", "key", "asked_by", unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_record_correction_requests_due", "due_on", "id", postgresql_where=text("state = 'open'")),
        Index("ix_record_correction_requests_producer", "producer", "id"),
        Index("ix_record_correction_requests_origin", "origin", "origin_id"),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(unique=True)
    item_id: Mapped[uuid.UUID]
    code: Mapped[str] = mapped_column(String(18, collation="C"))
    kind: Mapped[str]
    key: Mapped[str]
    producer: Mapped[str]
    fault: Mapped[str]
    evidence: Mapped[str] = mapped_column(server_default="")
    proposed: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    origin: Mapped[str]
    origin_id: Mapped[str | None]
    asked_by: Mapped[str]
    asked_on: Mapped[date]
    deadline: Mapped[Json]
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(server_default="open")
    answer: Mapped[str] = mapped_column(server_default="")
    answered_on: Mapped[date | None]
    corrected_item_id: Mapped[uuid.UUID | None]
