"""The items of the public record, each version in its own row."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, uuid_key

RECEIPTS = Sequence("record_receipts", minvalue=1, metadata=Base.metadata)
"""Numbers of receipts: each is given once, gaps are normal."""
TRADEMARKS = text("kind = 'trademark' AND superseded_at IS NULL")
"""The trademarks on the record, as the indexes have them by which they are found."""


class RecordItem(Base):
    """One version of one item. Nothing of it ever changes but `superseded_at`, `ended_reason` and `is_void`, once.

    `producer`, `kind` and `key` name the item through all its versions; it stands on the record from `recorded_at`
    until `superseded_at`. `effective_from` and `effective_until` are of the matter itself, `publish_until` is the last
    day on which the law lets it be shown. A void one should never have stood there, and counts for nothing.
    """

    __tablename__ = "record_items"
    __table_args__ = (
        UniqueConstraint("producer", "kind", "key", "version", name="uq_record_items_version"),
        CheckConstraint("superseded_at >= recorded_at", name="superseded_after_recorded"),
        CheckConstraint("effective_until >= effective_from", name="period"),
        CheckConstraint("ended_reason IS NULL OR superseded_at IS NOT NULL", name="ended"),
        CheckConstraint("version > 0", name="version"),
        Index(
            "uq_record_items_current", "producer", "kind", "key", unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("ix_record_items_code", "code", "kind", "recorded_at"),
        Index(
            "ix_record_items_publish_until", "publish_until",
            postgresql_where=text("superseded_at IS NULL AND publish_until IS NOT NULL"),
        ),
        Index(
            "ix_record_items_without_term", "id",
            postgresql_where=text("kind = 'penalty' AND superseded_at IS NULL AND publish_until IS NULL"),
        ),
        Index("uq_record_items_receipt", "receipt", unique=True),
        Index("ix_record_items_kind", "kind", "id", postgresql_where=text("superseded_at IS NULL")),
        Index("ix_record_items_marks", "title_pairs", postgresql_using="gin", postgresql_where=TRADEMARKS),
        Index("ix_record_items_mark_numbers", text("(content ->> 'number')"), postgresql_where=TRADEMARKS),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = uuid_key()
    code: Mapped[str] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"))
    kind: Mapped[str]
    producer: Mapped[str]
    key: Mapped[str]
    version: Mapped[int]
    content: Mapped[Json]
    basis: Mapped[str]
    produced_on: Mapped[date]
    effective_from: Mapped[date]
    effective_until: Mapped[date | None]
    provider: Mapped[str]
    receipt: Mapped[str]
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_reason: Mapped[str | None] = mapped_column(default=None)
    is_void: Mapped[bool] = mapped_column(default=False, server_default="false")
    publication_due_on: Mapped[date | None]
    publish_until: Mapped[date | None]
    title: Mapped[str | None] = mapped_column(Text(collation="C"), default=None)
    """By which the public finds it, folded; of those kinds only that are looked for by what they are called."""
    title_pairs: Mapped[list[str] | None] = mapped_column(ARRAY(Text), default=None)
