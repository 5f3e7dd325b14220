"""Subscriptions of agencies, their secrets, what is to be delivered and what came of each try."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned, big_identity, uuid_key
from shared.privacy import EncryptedText


class Webhook(Versioned, Timestamps, Base):
    """What one system of an agency wants to hear of, and where. `client_id` is its owner."""

    __tablename__ = "webhooks"

    id: Mapped[uuid.UUID] = uuid_key()
    client_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    url: Mapped[str]
    event_types: Mapped[list[str]]
    regions: Mapped[list[str]]
    state: Mapped[str] = mapped_column(default="active", server_default="active")
    state_reason: Mapped[str | None]


class WebhookHealth(Base):
    """How the deliveries of a subscription go. Kept apart: it changes with every try and is no edit of anyone's."""

    __tablename__ = "webhook_health"

    webhook_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True)
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")  # in a row
    last_success_at: Mapped[datetime | None]
    last_failure: Mapped[str | None]
    # Nothing is sent before this: the receiver asked for a pause (Retry-After), or has failed too often in a row.
    held_until: Mapped[datetime | None]
    served_at: Mapped[datetime] = mapped_column(server_default=func.now())


class WebhookSecret(Base):
    """What deliveries are signed with: the newest, and older ones until they expire."""

    __tablename__ = "webhook_secrets"

    id: Mapped[uuid.UUID] = uuid_key()
    webhook_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), index=True)
    secret: Mapped[str] = mapped_column(EncryptedText("webhook_secrets.secret"))
    signing_key: Mapped[str] = mapped_column(EncryptedText("webhook_secrets.signing_key"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]


class Delivery(Base):
    """One event for one subscription. `body` is kept as it is sent: all tries send the same bytes."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_webhook_deliveries_due", "webhook_id", "next_try_at", postgresql_where=text("state = 'pending'")),
        Index(
            "ix_webhook_deliveries_order", "webhook_id", "aggregate", "sequence",
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_webhook_deliveries_leased", "webhook_id", postgresql_where=text("lease IS NOT NULL")),
        Index("ix_webhook_deliveries_dead", "webhook_id", postgresql_where=text("state = 'dead'")),
        Index("ix_webhook_deliveries_webhook_id_id", "webhook_id", "id"),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = uuid_key()
    webhook_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    event_id: Mapped[uuid.UUID]
    event_type: Mapped[str]
    aggregate: Mapped[str]
    sequence: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[str]
    state: Mapped[str] = mapped_column(default="pending", server_default="pending")
    tries: Mapped[int] = mapped_column(default=0, server_default="0")  # in this round; a replay begins another
    next_try_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # Who holds the lease sends; a process that died loses it by time.
    lease: Mapped[uuid.UUID | None]
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    finished_at: Mapped[datetime | None]


class Attempt(Base):
    """One try of a delivery: what was answered, or why nothing was."""

    __tablename__ = "webhook_attempts"

    id: Mapped[int] = big_identity()
    delivery_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    milliseconds: Mapped[int]
    status: Mapped[int | None]
    error: Mapped[str | None]
    answer: Mapped[str]
