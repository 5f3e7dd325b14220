"""Complaints on the public record of enterprises."""

import uuid
from datetime import date, datetime

from sqlalchemy import Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class ComplaintRecord(Base):
    """A concluded complaint, without personal data, as svc-complaints published it.

    There is no foreign key to the enterprise on purpose: a complaint may be published before its respondent is loaded
    here. Then it waits in this table and stands on the record as soon as the enterprise does.
    """

    __tablename__ = "complaint_records"
    __table_args__ = (
        Index(
            "ix_complaint_records_shown", "enterprise_code", "published_on", "complaint_id",
            postgresql_where=text("withheld_at IS NULL"),
        ),
    )  # fmt: skip

    complaint_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    enterprise_code: Mapped[str] = mapped_column(String(18, collation="C"))
    number: Mapped[str]
    category: Mapped[str]
    product: Mapped[str]
    summary: Mapped[str]
    outcome: Mapped[str]
    received_on: Mapped[date]
    concluded_on: Mapped[date]
    published_on: Mapped[date]
    producer: Mapped[str]
    basis: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    withheld_at: Mapped[datetime | None] = mapped_column(default=None)
    withheld_reason: Mapped[str | None] = mapped_column(default=None)
