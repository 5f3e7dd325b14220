"""Passwords, apart from the accounts: other factors will stand beside them."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class Password(Base):
    """The Argon2id hash of an account's password. `must_change`: it was given out and opens nothing but the change."""

    __tablename__ = "passwords"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(256))
    must_change: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
