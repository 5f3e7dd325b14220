"""How far the automatic listing of a year is."""

from datetime import date, datetime

from sqlalchemy import String, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class AnnualListingRun(Base):
    """The listing for one report year: it goes through the register by credit code and remembers where it stands."""

    __tablename__ = "annual_listing_runs"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    position: Mapped[str] = mapped_column(String(18, collation="C"), default="", server_default="")
    examined: Mapped[int] = mapped_column(default=0, server_default="0")
    listed: Mapped[int] = mapped_column(default=0, server_default="0")
    passed_on: Mapped[date | None]
    """The day on which the last whole pass ended."""
    passes: Mapped[int] = mapped_column(default=0, server_default="0")
