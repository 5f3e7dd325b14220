"""The figures of each province, counted once a day."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class ReportCount(Base):
    """Reports of a province for a year as of `counted_on`: the nation's figures are their sum, at any size."""

    __tablename__ = "report_counts"

    year: Mapped[int] = mapped_column(primary_key=True)
    region: Mapped[str] = mapped_column(String(6, collation="C"), primary_key=True)
    due: Mapped[int]
    filed_in_time: Mapped[int]
    filed_late: Mapped[int]
    counted_on: Mapped[date]
