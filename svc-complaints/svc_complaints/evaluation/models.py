"""What complainants thought of the handling."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base
from shared.privacy import EncryptedText


class Evaluation(Base):
    """One evaluation for one complaint; a bad one waits for its follow-up."""

    __tablename__ = "complaint_evaluations"
    __table_args__ = (
        CheckConstraint("grade BETWEEN 1 AND 5", name="five_grades"),
        Index(
            "ix_complaint_evaluations_follow_up_by",
            "region",
            "follow_up_by",
            postgresql_where=text("follow_up_by IS NOT NULL AND followed_up_on IS NULL"),
        ),
    )

    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint_cases.id", ondelete="RESTRICT"), primary_key=True
    )
    region: Mapped[str] = mapped_column(String(6))
    grade: Mapped[int] = mapped_column(SmallInteger())
    comment: Mapped[str | None] = mapped_column(EncryptedText("complaint_evaluations.comment"))
    given_at: Mapped[datetime] = mapped_column(server_default=func.now())
    follow_up_by: Mapped[date | None]
    followed_up_on: Mapped[date | None]
    followed_up_by: Mapped[str | None] = mapped_column(String(64))
    answer: Mapped[str | None] = mapped_column(EncryptedText("complaint_evaluations.answer"))
