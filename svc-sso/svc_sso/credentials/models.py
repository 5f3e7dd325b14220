"""Passwords, apart from the accounts: other factors stand beside them (`factors`)."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, uuid_key


class Password(Base):
    """The Argon2id hash of an account's password. `must_change`: it was given out and opens nothing but the change."""

    __tablename__ = "passwords"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(256))
    must_change: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class FormerPassword(Base):
    """A password which an account had before; under a policy with a history it is not taken again."""

    __tablename__ = "password_history"
    __table_args__ = (Index("ix_password_history_account", "account_id", "id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    hash: Mapped[str] = mapped_column(String(256))
    replaced_at: Mapped[datetime]
