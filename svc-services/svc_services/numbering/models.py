"""Counters behind the numbers."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class Serial(Base):
    """The last serial given for a kind of number in a region on a day."""

    __tablename__ = "serials"

    kind: Mapped[str] = mapped_column(primary_key=True)
    region: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]
