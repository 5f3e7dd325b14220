"""The table of columns."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class Column(Base):
    """A column of the site. `chain` lists the decisions its articles need, in order; `automatic` ones are filled by
    events alone."""

    __tablename__ = "columns"
    __table_args__ = (
        CheckConstraint("update_cycle_days > 0", name="cycle_positive"),
        CheckConstraint("chain ->> 0 = 'secrecy_review'", name="review_first"),
    )

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("columns.code"))
    position: Mapped[int]
    title_zh: Mapped[str] = mapped_column(String(100))
    title_en: Mapped[str] = mapped_column(String(100))
    owner_unit: Mapped[str] = mapped_column(String(64))
    update_cycle_days: Mapped[int]
    chain: Mapped[list[str]]
    automatic: Mapped[bool]
    last_published_on: Mapped[date | None] = mapped_column(Date)
    opened_on: Mapped[date] = mapped_column(Date, server_default=func.current_date())
