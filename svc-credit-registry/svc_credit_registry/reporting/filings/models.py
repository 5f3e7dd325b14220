"""Annual reports: one row for each enterprise and year, one for each version that was published."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned, uuid_key
from shared.privacy import EncryptedText


class AnnualReport(Versioned, Timestamps, Base):
    """The report of an enterprise for a year. `draft` is what is being written: the first report or a correction.

    `revision` counts what was published; 0 means nothing yet. Drafts hold figures which may stay unpublished.
    `classified_revision` is the last version by which the size of the enterprise was told.
    """

    __tablename__ = "annual_reports"
    __table_args__ = (
        UniqueConstraint("code", "year"),
        CheckConstraint("revision >= 0", name="revision"),
        CheckConstraint("(revision = 0) = (filed_on IS NULL)", name="filed_when_published"),
        CheckConstraint("revision > 0 OR draft IS NOT NULL", name="draft_until_published"),
        Index("ix_annual_reports_filed", "year", "region", "late", postgresql_where=text("revision > 0")),
        Index("ix_annual_reports_unclassified", "id", postgresql_where=text("revision > classified_revision")),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    code: Mapped[str] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"))
    region: Mapped[str] = mapped_column(String(6, collation="C"))
    year: Mapped[int]
    draft: Mapped[str | None] = mapped_column(EncryptedText("annual_reports.draft"))
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    filed_on: Mapped[date | None]
    late: Mapped[bool] = mapped_column(default=False, server_default="false")
    correction_reason: Mapped[str | None]
    correct_until: Mapped[date | None]
    classified_revision: Mapped[int] = mapped_column(default=0, server_default="0")


class ReportRevision(Base):
    """A version of a report as it was published, with all it says. Rows are never changed."""

    __tablename__ = "annual_report_revisions"
    __table_args__ = (UniqueConstraint("report_id", "revision"),)

    id: Mapped[uuid.UUID] = uuid_key()
    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("annual_reports.id", ondelete="RESTRICT"))
    revision: Mapped[int]
    content: Mapped[str] = mapped_column(EncryptedText("annual_report_revisions.content"))
    published_on: Mapped[date]
    reason: Mapped[str | None]
    confirmed: Mapped[list[str]]
    filed_by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
