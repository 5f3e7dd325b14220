"""What happens during a mediation: meetings, appraisals, and how it ended."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, uuid_key
from shared.privacy import EncryptedText


class MediationRecord(Base):
    """The minutes of one attempt to mediate."""

    __tablename__ = "mediation_records"
    __table_args__ = (Index("ix_mediation_records_complaint_id", "complaint_id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    complaint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaint_cases.id", ondelete="RESTRICT"))
    held_on: Mapped[date]
    method: Mapped[str] = mapped_column(String(16))
    minutes: Mapped[str] = mapped_column(EncryptedText("mediation_records.minutes"))
    officer_id: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Appraisal(Base):
    """An expert appraisal; its time does not count. At most one runs at a time."""

    __tablename__ = "mediation_appraisals"
    __table_args__ = (
        Index(
            "uq_mediation_appraisals_running", "complaint_id", unique=True, postgresql_where=text("ended_on IS NULL")
        ),
        Index("ix_mediation_appraisals_complaint_id", "complaint_id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    complaint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaint_cases.id", ondelete="RESTRICT"))
    body: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(Text())
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    finding: Mapped[str | None] = mapped_column(EncryptedText("mediation_appraisals.finding"))


class Outcome(Base):
    """How a mediation ended, its basis, and the agreement between the parties, which stays between them."""

    __tablename__ = "mediation_outcomes"

    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint_cases.id", ondelete="RESTRICT"), primary_key=True
    )
    result: Mapped[str] = mapped_column(String(32))
    basis: Mapped[str] = mapped_column(Text())
    agreement_text: Mapped[str | None] = mapped_column(EncryptedText("mediation_outcomes.agreement_text"))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime] = mapped_column(server_default=func.now())
