"""Orders to publish."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, Sequence, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned, uuid_key

SERIAL = Sequence("publication_order_serial", minvalue=1, maxvalue=999_999, cycle=True, metadata=Base.metadata)


class PublicationOrder(Versioned, Timestamps, Base):
    """What an enterprise was ordered to publish, until when, and what came of it.

    `entry_id` is the proposal for the list to which its expiry led; without one `proposal_note` says why there is none.
    """

    __tablename__ = "publication_orders"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'fulfilled', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'fulfilled') = (fulfilled_on IS NOT NULL)", name="fulfilled_has_day"),
        CheckConstraint("entry_id IS NULL OR proposed_on IS NOT NULL", name="entry"),
        Index("ix_publication_orders_code", "code", "created_at", "id"),
        Index("ix_publication_orders_queue", "region", "due_on", "id", postgresql_where=text("state = 'open'")),
        Index(
            "ix_publication_orders_expiry", "due_on", "id",
            postgresql_where=text("state = 'open' AND proposed_on IS NULL"),
        ),
        Index(
            "ix_publication_orders_review", "region", "fulfilled_on", "id",
            postgresql_where=text("state = 'fulfilled' AND reviewed_on IS NULL"),
        ),
        Index("ix_publication_orders_information", "information_id"),
        Index(
            "uq_publication_orders_open", "code", "type", "matter", unique=True, postgresql_where=text("state = 'open'")
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[str]
    code: Mapped[str] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"))
    region: Mapped[str] = mapped_column(String(6, collation="C"))
    unit: Mapped[str] = mapped_column(String(32))
    officer_id: Mapped[str] = mapped_column(String(64))
    type: Mapped[str]
    matter: Mapped[str]
    ordered_on: Mapped[date]
    due_on: Mapped[date]
    information_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("immediate_information.id"))
    fulfilled_on: Mapped[date | None]
    withdrawn_reason: Mapped[str | None]
    proposed_on: Mapped[date | None]
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("list_entries.id"))
    proposal_note: Mapped[str | None]
    reviewed_on: Mapped[date | None]
    rejected_reason: Mapped[str | None]
