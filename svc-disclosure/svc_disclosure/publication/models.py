"""The table of index numbers given."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class IndexSeries(Base):
    """The last index number given to a region in a year."""

    __tablename__ = "index_series"

    region: Mapped[str] = mapped_column(String(6), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
