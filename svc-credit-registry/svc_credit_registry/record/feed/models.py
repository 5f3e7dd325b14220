"""What changed, in the order in which everybody hears of it."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, SmallInteger, String, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, big_identity


class PendingChange(Base):
    """A change whose transaction has committed, or is about to; it has no position yet."""

    __tablename__ = "pending_changes"

    id: Mapped[int] = big_identity()
    code: Mapped[str] = mapped_column(String(18, collation="C"))
    part: Mapped[str]
    item_id: Mapped[uuid.UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Change(Base):
    """A change with its position. Positions count 1, 2, 3 ... without gaps, in the order of their commits."""

    __tablename__ = "changes"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(18, collation="C"))
    part: Mapped[str]
    item_id: Mapped[uuid.UUID | None]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class FeedState(Base):
    """The one row that gives positions. Who gives some holds its lock until he commits, so they can't be reordered."""

    __tablename__ = "feed_state"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger, server_default="0")
    forgotten: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The last position of which the change is no longer kept; who stands before it starts from a snapshot."""
