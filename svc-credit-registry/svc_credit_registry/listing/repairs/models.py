"""Applications for credit repair."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned
from svc_credit_registry.listing.periods.models import Queued

NUMBERS = Sequence("repair_numbers", minvalue=1, maxvalue=999_999, cycle=True, metadata=Base.metadata)


class Repair(Queued, Versioned, Timestamps, Base):
    """An application to stop the publication of one penalty before its term."""

    __tablename__ = "repairs"
    __table_args__ = (
        CheckConstraint(
            "state IN ('applied', 'not_accepted', 'accepted', 'granted', 'declined', 'withdrawn', 'revoked')",
            name="state",
        ),
        CheckConstraint(
            "state NOT IN ('granted', 'declined', 'revoked')"
            " OR (decided_on IS NOT NULL AND decision_number IS NOT NULL)",
            name="decided",
        ),
        Index(
            "uq_repairs_open", "producer", "item_key", unique=True,
            postgresql_where=text("state IN ('applied', 'accepted')"),
        ),
        Index("ix_repairs_code", "code", "created_at", "id"),
        Index("ix_repairs_queue", "region", "due_on", "id", postgresql_where=text("due_on IS NOT NULL")),
    )  # fmt: skip

    number: Mapped[str] = mapped_column(String(32), unique=True)
    code: Mapped[str] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"))
    producer: Mapped[str]
    item_key: Mapped[str]
    penalty_number: Mapped[str]
    field: Mapped[str] = mapped_column(String(32))
    published_on: Mapped[date]
    terms_version: Mapped[str] = mapped_column(String(32))
    applied_by: Mapped[str] = mapped_column(String(64))
    applied_on: Mapped[date]
    cure: Mapped[str] = mapped_column(Text())
    commitment: Mapped[str] = mapped_column(Text())
    accepted_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decision_number: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Text())
    stopped_on: Mapped[date | None]
    closed_on: Mapped[date | None]
