"""Accounts of people and staff, and who has read their personal data."""

import uuid
from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, String, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned, uuid_key
from shared.privacy import EncryptedText
from svc_sso.accounts.rules import ADMINISTRATORS

ONE_ADMINISTRATOR = " + ".join(f"('{role}' = ANY (roles))::int" for role in ADMINISTRATORS)


class Account(Versioned, Timestamps, Base):
    """One natural person or one member of staff. Personal data is encrypted; equality is seen by a blind index only."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'staff')", name="kind"),
        CheckConstraint(f"({ONE_ADMINISTRATOR}) <= 1", name="administrators_exclude"),
        CheckConstraint("kind = 'staff' OR (roles = '{}' AND unit IS NULL)", name="roles_are_for_staff"),
        CheckConstraint("kind = 'staff' OR id_number_index IS NOT NULL", name="people_are_identified"),
        CheckConstraint("trust_level IN ('self_declared', 'two_factor', 'in_person')", name="trust_level"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    kind: Mapped[str] = mapped_column(String(16))
    username: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(EncryptedText("accounts.name"))
    id_number: Mapped[str | None] = mapped_column(EncryptedText("accounts.id_number"))
    id_number_index: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    phone: Mapped[str | None] = mapped_column(EncryptedText("accounts.phone"))
    email: Mapped[str | None] = mapped_column(EncryptedText("accounts.email"))
    address: Mapped[str | None] = mapped_column(EncryptedText("accounts.address"))
    unit: Mapped[str | None] = mapped_column(String(32))
    region: Mapped[str | None] = mapped_column(String(6))
    roles: Mapped[list[str]] = mapped_column(ARRAY(String(32)), default=list, server_default="{}")
    disabled_at: Mapped[datetime | None]
    trust_level: Mapped[str] = mapped_column(String(16), default="self_declared", server_default="self_declared")
    trust_checked_at: Mapped[datetime | None]
    trust_verifier: Mapped[str | None] = mapped_column(String(64))


class ProfileRead(Base):
    """One reading of a person's unmasked data, here or at another service: who, for what, when."""

    __tablename__ = "profile_reads"
    __table_args__ = (Index("ix_profile_reads_account", "account_id", "id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    reader: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(100))
    fields: Mapped[list[str]]
    read_at: Mapped[datetime] = mapped_column(server_default=func.now())
