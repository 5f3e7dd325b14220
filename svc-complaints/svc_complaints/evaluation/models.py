"""What complainants thought of the handling."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base
from shared.privacy import EncryptedText


class Evaluation(Base):
    """One evaluation for one complaint; a bad one sets off the clock `follow_up`."""

    __tablename__ = "complaint_evaluations"
    __table_args__ = (CheckConstraint("grade BETWEEN 1 AND 5", name="five_grades"),)

    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint_cases.id", ondelete="RESTRICT"), primary_key=True
    )
    grade: Mapped[int] = mapped_column(SmallInteger())
    comment: Mapped[str | None] = mapped_column(EncryptedText("complaint_evaluations.comment"))
    given_at: Mapped[datetime] = mapped_column(server_default=func.now())
    followed_up_on: Mapped[date | None]
    followed_up_by: Mapped[str | None] = mapped_column(String(64))
    answer: Mapped[str | None] = mapped_column(EncryptedText("complaint_evaluations.answer"))
