"""Loads of files: how far each came, so that one which was cut off goes on where it was."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, uuid_key


class BulkLoad(Base):
    """A load of a file. `digest` is that of its bytes; empty for standard input, which can't be gone on with."""

    __tablename__ = "bulk_loads"
    __table_args__ = (
        Index(
            "uq_bulk_loads_unfinished", "digest", "producer", "basis", unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = uuid_key()
    digest: Mapped[str | None]
    source: Mapped[str]
    producer: Mapped[str]
    basis: Mapped[str]
    portion: Mapped[int]
    """How many lines stand in a portion, each of which is one transaction."""
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]


class BulkPortion(Base):
    """A portion that is loaded, with what became of its rows: new, changed, left as they were."""

    __tablename__ = "bulk_portions"

    load_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("bulk_loads.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    inserted: Mapped[int]
    updated: Mapped[int]
    left: Mapped[int]
    loaded_at: Mapped[datetime] = mapped_column(server_default=func.now())
