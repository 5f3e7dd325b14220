"""A receipt for every row that an agency has pushed."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Versioned, uuid_key


class SubmissionReceipt(Versioned, Base):
    """What became of one row. `payload` is kept while it waits for a match, and no longer."""

    __tablename__ = "submission_receipts"
    __table_args__ = (
        CheckConstraint("(outcome = 'waiting') = (payload IS NOT NULL)", name="payload_while_waiting"),
        Index("ix_submission_receipts_day", "producer", "received_on", "kind", "outcome"),
        Index("ix_submission_receipts_key", "producer", "kind", "key", "id"),
        Index("ix_submission_receipts_batch", "batch_id", "line"),
        Index("ix_submission_receipts_waiting", "id", postgresql_where=text("outcome = 'waiting'")),
        Index("ix_submission_receipts_looked_at", "looked_at", postgresql_where=text("outcome = 'waiting'")),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    batch_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("submission_batches.id"))
    line: Mapped[int | None]
    producer: Mapped[str]
    kind: Mapped[str]
    key: Mapped[str]
    op: Mapped[str] = mapped_column(String(3))
    revision: Mapped[int | None]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    received_on: Mapped[date]
    outcome: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(18, collation="C"))
    method: Mapped[str | None]
    confidence: Mapped[Decimal | None] = mapped_column(Numeric(3, 2))
    doubt: Mapped[str | None]
    candidates: Mapped[list[Json]] = mapped_column(server_default=text("'[]'"))
    faults: Mapped[list[Json]] = mapped_column(server_default=text("'[]'"))
    item_id: Mapped[uuid.UUID | None]
    receipt: Mapped[str | None]
    produced_on: Mapped[date | None]
    due_on: Mapped[date | None]
    fields: Mapped[int] = mapped_column(server_default="0")
    filled: Mapped[int] = mapped_column(server_default="0")
    payload: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    looked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When the register was last asked whose the row is."""
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    resolution: Mapped[str | None]
