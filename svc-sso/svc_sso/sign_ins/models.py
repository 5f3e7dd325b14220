"""Attempts to sign in, known devices, and the history which each person sees."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, uuid_key


class SignInCount(Base):
    """Attempts in one bucket; its key is a hash, so the table tells neither user names nor addresses."""

    __tablename__ = "sign_in_counts"

    bucket: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    attempts: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    blocked_until: Mapped[datetime | None]


class KnownDevice(Base):
    """A browser which has signed in to an account before, known by a cookie of its own; where from it came last."""

    __tablename__ = "known_devices"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    device_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(unique=True, server_default=text("uuidv7()"))
    address: Mapped[str] = mapped_column(String(64), default="", server_default="")
    user_agent: Mapped[str] = mapped_column(String(200), default="", server_default="")
    first_used_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime]


class SignIn(Base):
    """One attempt on an account or a change of what opens it, as its owner sees it; `factor` is which one it was."""

    __tablename__ = "sign_ins"
    __table_args__ = (
        Index("ix_sign_ins_account", "account_id", "id"),
        CheckConstraint(
            "outcome IN "
            "('succeeded', 'begun', 'failed', 'refused', 'factor_added', 'factor_removed', 'password_changed')",
            name="outcome",
        ),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(200))
    known_device: Mapped[bool]
    factor: Mapped[str] = mapped_column(String(16), default="password", server_default="password")
