"""Names kept for applicants."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps, Versioned, uuid_key
from svc_services.names.rules import ReservationState

LIVE = text("state = 'reserved'")


class NameReservation(Timestamps, Versioned, Base):
    """A name which one person keeps. Of two people who want the same at once, the index lets one have it.

    `held` is set while a submitted application rests on it: the name then outlasts `reserved_until`.
    """

    __tablename__ = "name_reservations"
    __table_args__ = (
        CheckConstraint("state IN ('reserved', 'used', 'expired', 'withdrawn')", name="state"),
        CheckConstraint("reserved_until >= reserved_on", name="period"),
        Index(
            "uq_name_reservations_live",
            "scope",
            "trade_name",
            "industry_class",
            unique=True,
            postgresql_where=LIVE,
        ),
        Index("ix_name_reservations_holder", "holder_id", "id"),
        Index("ix_name_reservations_expiry", "reserved_until", postgresql_where=LIVE),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(unique=True)
    holder_id: Mapped[str]
    state: Mapped[str] = mapped_column(default=ReservationState.RESERVED)
    name: Mapped[str]
    region: Mapped[str]
    trade_name: Mapped[str]
    industry_code: Mapped[str]
    industry_word: Mapped[str]
    organisation_form: Mapped[str]
    scope: Mapped[str]
    industry_class: Mapped[str]
    approval_needed: Mapped[bool]
    reserved_on: Mapped[date]
    reserved_until: Mapped[date]
    basis: Mapped[str]
    verdicts: Mapped[list[Json]]
    held: Mapped[bool] = mapped_column(default=False, server_default="false")
    ended_on: Mapped[date | None] = mapped_column(default=None)
