"""Objections to publication."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base
from shared.privacy import EncryptedText


class Objection(Base):
    """The respondent's one objection to the publication of a complaint, and what became of it."""

    __tablename__ = "publication_objections"

    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint_cases.id", ondelete="RESTRICT"), primary_key=True
    )
    filed_by: Mapped[str] = mapped_column(String(64))
    filed_on: Mapped[date]
    filed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    reasons: Mapped[str] = mapped_column(EncryptedText("publication_objections.reasons"))
    upheld: Mapped[bool | None]
    decision_reason: Mapped[str | None] = mapped_column(EncryptedText("publication_objections.decision_reason"))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_on: Mapped[date | None]
