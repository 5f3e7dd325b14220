"""Snapshots of the whole register: files that carry the position from which to follow on."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, uuid_key


class Snapshot(Base):
    """The register as one moment had it. Whoever holds it follows the change stream behind `position`."""

    __tablename__ = "snapshots"

    id: Mapped[uuid.UUID] = uuid_key()
    position: Mapped[int] = mapped_column(BigInteger)
    taken_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    files: Mapped[list[Json]]
    """Each with name, media_type, rows, size and sha256, as schemas.SnapshotFile has it."""
