"""Files of records, worked through in the background."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, uuid_key


class SubmissionBatch(Base):
    """A file under the agency's own name. `position` is the byte up to which its rows have their receipts."""

    __tablename__ = "submission_batches"
    __table_args__ = (
        UniqueConstraint("producer", "kind", "name", name="uq_submission_batches_name"),
        CheckConstraint("state IN ('received', 'running', 'done', 'failed')", name="state"),
        Index(
            "ix_submission_batches_open", "worked_at", "id", postgresql_where=text("state IN ('received', 'running')")
        ),
        Index("ix_submission_batches_producer", "producer", "id"),
        Index(
            "ix_submission_batches_kept", "producer", "received_at", "size", postgresql_where=text("removed_at IS NULL")
        ),
        Index("ix_submission_batches_sha256", "sha256"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    producer: Mapped[str]
    client: Mapped[str | None]
    kind: Mapped[str]
    name: Mapped[str]
    format: Mapped[str] = mapped_column(String(6))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    declared_rows: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(8), server_default="received")
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")
    line: Mapped[int] = mapped_column(server_default="0")
    header: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    rows: Mapped[int] = mapped_column(server_default="0")
    request: Mapped[Json]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    worked_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]
    removed_at: Mapped[datetime | None]
    """When the stored bytes were given up; what became of the rows stays."""
