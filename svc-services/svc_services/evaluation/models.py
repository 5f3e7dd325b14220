"""Ratings and what was done about bad ones."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, uuid_key


class Evaluation(Timestamps, Base):
    """The applicant's grade for a case: one each."""

    __tablename__ = "evaluations"
    __table_args__ = (CheckConstraint("grade BETWEEN 1 AND 5", name="grade"),)

    id: Mapped[uuid.UUID] = uuid_key()
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applications.id"), unique=True)
    region: Mapped[str]
    given_by: Mapped[str]
    grade: Mapped[int]
    comment: Mapped[str | None]
    given_on: Mapped[date]


class FollowUp(Timestamps, Base):
    """What a unit owes after a bad grade: an answer by a day."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        Index("ix_follow_ups_open", "region", "due_on", "id", postgresql_where=text("answered_on IS NULL")),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    evaluation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("evaluations.id"), unique=True)
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applications.id"))
    number: Mapped[str]
    region: Mapped[str]
    grade: Mapped[int]
    due_on: Mapped[date]
    answered_on: Mapped[date | None] = mapped_column(default=None)
    answered_by: Mapped[str | None] = mapped_column(default=None)
    answer: Mapped[str | None] = mapped_column(default=None)
