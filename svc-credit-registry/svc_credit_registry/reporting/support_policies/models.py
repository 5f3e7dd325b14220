"""Support policies, and who received support."""

import uuid
from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps, Versioned, uuid_key


class SupportPolicy(Versioned, Timestamps, Base):
    """A policy with its conditions as data. A published one is only withdrawn, never rewritten."""

    __tablename__ = "support_policies"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name="state"),
        CheckConstraint("valid_until >= valid_from", name="period"),
        CheckConstraint("state = 'draft' OR published_on IS NOT NULL", name="published_has_day"),
        Index(
            "ix_support_policies_shown", "region", "published_on", "id", postgresql_where=text("state = 'published'")
        ),
        Index("ix_support_policies_unit", "unit", "created_at", "id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    state: Mapped[str]
    unit: Mapped[str] = mapped_column(String(32))
    region: Mapped[str] = mapped_column(String(6, collation="C"))
    kind: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str | None]
    text: Mapped[str]
    basis: Mapped[str]
    how_to_apply: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    conditions: Mapped[list[Json]]
    published_on: Mapped[date | None]
    withdrawn_reason: Mapped[str | None]


class SupportBenefit(Versioned, Timestamps, Base):
    """Support which an enterprise received, public since `published_on`."""

    __tablename__ = "support_benefits"
    __table_args__ = (
        Index(
            "uq_support_benefits_reference", "unit", "reference", unique=True,
            postgresql_where=text("withdrawn_on IS NULL"),
        ),
        CheckConstraint("amount_yuan >= 0", name="amount"),
        Index("ix_support_benefits_shown", "region", "granted_on", "id", postgresql_where=text("withdrawn_on IS NULL")),
        Index("ix_support_benefits_policy", "policy_id"),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = uuid_key()
    code: Mapped[str] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"))
    region: Mapped[str] = mapped_column(String(6, collation="C"))
    unit: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str]
    policy_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("support_policies.id", ondelete="RESTRICT"))
    policy: Mapped[str]
    amount_yuan: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    granted_on: Mapped[date]
    remark: Mapped[str | None]
    published_on: Mapped[date]
    withdrawn_on: Mapped[date | None]
    withdrawn_reason: Mapped[str | None]
