"""How far the register is in telling that publications have ended."""

import uuid
from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class RepairProgress(Base):
    """The one row that says whose end of publication was told."""

    __tablename__ = "repair_progress"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    # Which penalties lack a term is read from an index since 0014; the column goes when no older process runs.
    position: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    told_until: Mapped[date | None]
    told_item: Mapped[uuid.UUID | None]
