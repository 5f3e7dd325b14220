"""Which client is which department's, and what departments have said."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned, uuid_key


class MeasureDepartment(Timestamps, Versioned, Base):
    """The department for which an agency's client speaks, and the region in which it carries measures out."""

    __tablename__ = "measure_departments"

    client_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    department: Mapped[str]
    region: Mapped[str] = mapped_column(String(6))


class MeasureFeedback(Base):
    """What a department says it has done about a directive, under a key of its own. Nothing of it ever changes."""

    __tablename__ = "measure_feedback"
    __table_args__ = (
        UniqueConstraint("client_id", "key"),
        CheckConstraint("outcome IN ('executed', 'in_progress', 'not_applicable')", name="outcome"),
        Index("ix_measure_feedback_directive", "directive_id", "received_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    directive_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("measure_directives.id"))
    department: Mapped[str]
    client_id: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(100))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[str]
    done_on: Mapped[date]
    detail: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
