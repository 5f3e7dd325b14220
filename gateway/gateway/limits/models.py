"""What all gateway processes together have counted."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class QuotaCount(Base):
    """The calls of one caller in the window that is open, or was the last one."""

    __tablename__ = "quota_counts"

    name: Mapped[str] = mapped_column(primary_key=True)
    caller: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    ends: Mapped[datetime] = mapped_column(index=True)
    calls: Mapped[int] = mapped_column(BigInteger)
