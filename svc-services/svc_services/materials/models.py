"""Files which applicants handed in. The bytes are in the file store, under their hash."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, uuid_key


class Material(Timestamps, Base):
    """The current file for one material of an application's guide."""

    __tablename__ = "materials"
    __table_args__ = (UniqueConstraint("application_id", "code"), CheckConstraint("size > 0", name="size"))

    id: Mapped[uuid.UUID] = uuid_key()
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"))
    code: Mapped[str]
    filename: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    uploaded_at: Mapped[datetime]
