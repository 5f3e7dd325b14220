"""Sites of online operators, present and past."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned, uuid_key
from svc_credit_registry.supervision.operators.rules import Mark

OPEN = "closed_on IS NULL AND mark <> 'refuted'"


class OnlineSite(Timestamps, Versioned, Base):
    """A site, an app or a shop through which an enterprise trades, with its period and whether that was checked."""

    __tablename__ = "online_sites"
    __table_args__ = (
        CheckConstraint("kind IN ('website', 'app', 'mini_program', 'platform_shop', 'live_stream')", name="kind"),
        CheckConstraint("mark IN ('unverified', 'verified', 'refuted')", name="mark"),
        CheckConstraint("closed_on >= opened_on", name="period"),
        CheckConstraint("(mark = 'unverified') = (checked_on IS NULL)", name="checked"),
        Index("ix_online_sites_code", "code", "opened_on", "id"),
        Index("ix_online_sites_domain", "domain", postgresql_where=text("domain IS NOT NULL")),
        Index("ix_online_sites_icp_number", "icp_number", postgresql_where=text("icp_number IS NOT NULL")),
        # One operator at a time.
        Index(
            "uq_online_sites_domain", "domain", unique=True, postgresql_where=text(f"kind = 'website' AND {OPEN}")
        ),
        Index(
            "uq_online_sites_account", "platform", "account", unique=True,
            postgresql_where=text(f"kind <> 'website' AND {OPEN}"),
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = uuid_key()
    code: Mapped[str] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"))
    kind: Mapped[str]
    name: Mapped[str]
    address: Mapped[str | None]
    domain: Mapped[str | None] = mapped_column(String(253, collation="C"))
    platform: Mapped[str | None]
    account: Mapped[str | None]
    icp_number: Mapped[str | None]
    opened_on: Mapped[date]
    closed_on: Mapped[date | None] = mapped_column(default=None)
    mark: Mapped[str] = mapped_column(default=Mark.UNVERIFIED)
    checked_on: Mapped[date | None] = mapped_column(default=None)
    checked_by: Mapped[str | None] = mapped_column(default=None)
    producer: Mapped[str]
