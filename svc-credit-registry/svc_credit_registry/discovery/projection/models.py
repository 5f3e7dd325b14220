"""Which register an index follows."""

import uuid

from sqlalchemy import CheckConstraint, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class Register(Base):
    """The one row that tells this register from every other: an index of another one is of no use here."""

    __tablename__ = "registers"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    identity: Mapped[uuid.UUID] = mapped_column(server_default=text("uuidv7()"))
