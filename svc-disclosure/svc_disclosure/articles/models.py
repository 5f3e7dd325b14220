"""The tables of articles."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.db import Base, Json, Timestamps, Versioned, uuid_key

PUBLISHED = text("status = 'published'")
OPEN = text("status IN ('draft', 'in_approval', 'approved')")


class Article(Versioned, Timestamps, Base):
    """One item of government information. `author_ids` are all who wrote in it. `digest` identifies one revision of
    its text; decisions hold for one digest only.

    `source_key` is set on what an event published: unique, so a fact is never published twice.
    """

    __tablename__ = "articles"
    __table_args__ = (
        CheckConstraint(
            "(status IN ('published', 'withdrawn')) = (index_number IS NOT NULL AND published_on IS NOT NULL)",
            name="public_has_index",
        ),
        CheckConstraint("(status = 'withdrawn') = (withdrawal_reason IS NOT NULL)", name="withdrawn_has_reason"),
        CheckConstraint("status IN ('draft', 'in_approval', 'approved', 'published', 'withdrawn')", name="status"),
        Index("ix_articles_published", text("published_at DESC"), text("id DESC"), postgresql_where=PUBLISHED),
        Index(
            "ix_articles_column",
            "column_code",
            text("published_at DESC"),
            text("id DESC"),
            postgresql_where=PUBLISHED,
        ),
        Index("ix_articles_grams", "grams", postgresql_using="gin", postgresql_where=PUBLISHED),
        Index("ix_articles_open", "unit", "created_at", postgresql_where=OPEN),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    column_code: Mapped[str] = mapped_column(ForeignKey("columns.code"))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    facts: Mapped[Json | None]
    made_on: Mapped[date] = mapped_column(Date)
    producer: Mapped[str] = mapped_column(String(100))
    unit: Mapped[str] = mapped_column(String(64))
    region: Mapped[str] = mapped_column(String(6))
    author_ids: Mapped[list[str]]
    sensitive: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(16), default="draft")
    revision: Mapped[int] = mapped_column(default=1)
    digest: Mapped[str] = mapped_column(String(64))
    searchable: Mapped[str] = mapped_column(Text)
    grams: Mapped[list[str]] = mapped_column(ARRAY(Text))
    source_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    index_number: Mapped[str | None] = mapped_column(String(32), unique=True)
    published_on: Mapped[date | None] = mapped_column(Date)
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None] = mapped_column(String(500))
    withdrawal_notice: Mapped[str | None] = mapped_column(String(500))

    decisions: Mapped[list["ArticleDecision"]] = relationship(lazy="raise", order_by="ArticleDecision.id")


class ArticleDecision(Base):
    """A review or approval, as it was made and on which text; rows are only ever added."""

    __tablename__ = "article_decisions"
    __table_args__ = (CheckConstraint("outcome IN ('passed', 'returned')", name="outcome"),)

    id: Mapped[uuid.UUID] = uuid_key()
    article_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("articles.id"), index=True)
    step: Mapped[str] = mapped_column(String(32))
    outcome: Mapped[str] = mapped_column(String(16))
    decided_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime] = mapped_column(server_default=func.now())
    digest: Mapped[str] = mapped_column(String(64))
    basis: Mapped[str] = mapped_column(String(500))
    note: Mapped[str] = mapped_column(String(1000), default="")
    automatic: Mapped[bool] = mapped_column(default=False)
